#include "cloudformation/xml.h"

#include <stdio.h>
#include <time.h>

void xml_open(struct text *out, const char *name)
{
	text_add_char(out, '<');
	text_add(out, name);
	text_add_char(out, '>');
}

void xml_close(struct text *out, const char *name)
{
	text_add(out, "</");
	text_add(out, name);
	text_add_char(out, '>');
}

/* As the service does: a carriage return goes out as a reference, or a parser would turn it into a
 * line feed. */
static void add_escaped(struct text *out, const char *value)
{
	for (; *value; value++) {
		const char *named = *value == '<'    ? "&lt;"
				    : *value == '>'  ? "&gt;"
				    : *value == '&'  ? "&amp;"
				    : *value == '"'  ? "&quot;"
				    : *value == '\r' ? "&#xD;"
						     : NULL;

		if (named)
			text_add(out, named);
		else if ((unsigned char)*value >= 0x20 || *value == '\n' || *value == '\t')
			text_add_char(out, *value);
		else
			text_add_char(out, '?'); /* no character of XML 1.0 */
	}
}

void xml_text(struct text *out, const char *name, const char *value)
{
	if (!value)
		return;
	xml_open(out, name);
	add_escaped(out, value);
	xml_close(out, name);
}

void xml_bool(struct text *out, const char *name, bool value)
{
	xml_text(out, name, value ? "true" : "false");
}

void time_text(uint64_t time_ms, char out[TIME_TEXT_SIZE])
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm parts = {0};
	char date[24];

	gmtime_r(&seconds, &parts);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(out, TIME_TEXT_SIZE, "%s.%03uZ", date, (unsigned)(time_ms % 1000));
}

void xml_time(struct text *out, const char *name, uint64_t time_ms)
{
	char time[TIME_TEXT_SIZE];

	if (!time_ms)
		return;
	time_text(time_ms, time);
	xml_text(out, name, time);
}

void xml_texts(struct text *out, const char *name, const struct texts *list)
{
	xml_open(out, name);
	for (size_t i = 0; i < list->count; i++)
		xml_text(out, "member", list->items[i]);
	xml_close(out, name);
}

void xml_pairs(struct text *out, const char *name, const char *key_name, const char *value_name,
	const struct pairs *pairs)
{
	xml_open(out, name);
	for (size_t i = 0; i < pairs->count; i++) {
		xml_open(out, "member");
		xml_text(out, key_name, pairs->items[i].name);
		xml_text(out, value_name, pairs->items[i].value);
		xml_close(out, "member");
	}
	xml_close(out, name);
}
