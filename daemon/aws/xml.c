#include "aws/xml.h"

#include <string.h>

#include <expat.h>

#include "base/text.h"

struct reader {
	XML_Parser parser;
	const struct xml_events *events;
	void *owner;
	struct error *error;
	bool stopped;
	struct text path, text;
	size_t lengths[XML_DEPTH]; /* of the path without the element at this depth */
	unsigned depth;
};

static void stop(struct reader *reader)
{
	reader->stopped = true;
	XML_StopParser(reader->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static void on_begin(void *user, const char *name, const char **attributes)
{
	struct reader *reader = user;

	(void)attributes;
	if (reader->stopped)
		return;
	if (reader->depth == XML_DEPTH) {
		error_set(reader->error, ERROR_TRANSIENT, "more than %d levels of elements",
			XML_DEPTH);
		stop(reader);
		return;
	}
	reader->lengths[reader->depth++] = reader->path.length;
	if (reader->path.length)
		text_add_char(&reader->path, '/');
	text_add(&reader->path, local_name(name));
	text_clear(&reader->text);
	if (!reader->events->begin(reader->owner, text_string(&reader->path), reader->error))
		stop(reader);
}

static void on_end(void *user, const char *name)
{
	struct reader *reader = user;

	(void)name;
	if (reader->stopped)
		return;
	if (!reader->events->end(reader->owner, text_string(&reader->path),
		    text_string(&reader->text), reader->error)) {
		stop(reader);
		return;
	}
	text_clear(&reader->text);
	reader->path.length = reader->lengths[--reader->depth];
	reader->path.data[reader->path.length] = '\0';
}

static void on_text(void *user, const char *bytes, int length)
{
	struct reader *reader = user;

	if (!reader->stopped)
		text_add_bytes(&reader->text, bytes, (size_t)length);
}

/* Entities of a hostile document could grow without end, and AWS declares none. */
static void on_doctype(
	void *user, const char *name, const char *system, const char *public, int internal)
{
	struct reader *reader = user;

	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	error_set(reader->error, ERROR_TRANSIENT, "a DOCTYPE, which AWS never sends");
	stop(reader);
}

static bool parse(struct reader *reader, const char *bytes, size_t length)
{
	XML_SetUserData(reader->parser, reader);
	XML_SetElementHandler(reader->parser, on_begin, on_end);
	XML_SetCharacterDataHandler(reader->parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
	if (XML_Parse(reader->parser, bytes, (int)length, XML_TRUE) == XML_STATUS_OK)
		return true;
	if (!reader->stopped)
		error_set(reader->error, ERROR_TRANSIENT, "%s",
			XML_ErrorString(XML_GetErrorCode(reader->parser)));
	return error_context(reader->error, "line %lu, column %lu",
		XML_GetCurrentLineNumber(reader->parser),
		XML_GetCurrentColumnNumber(reader->parser) + 1);
}

bool xml_read(const char *bytes, size_t length, const struct xml_events *events, void *owner,
	struct error *e)
{
	static const XML_Memory_Handling_Suite memory = {xmalloc, xrealloc, free};
	struct reader reader = {.events = events, .owner = owner, .error = e, .text.secret = true};

	if (length > XML_LIMIT)
		return error_set(e, ERROR_TRANSIENT, "more than %d bytes", XML_LIMIT);
	reader.parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	if (!reader.parser)
		abort();
	bool read = parse(&reader, bytes, length);

	XML_ParserFree(reader.parser);
	text_done(&reader.path);
	text_done(&reader.text);
	return read;
}
