#include <string.h>

#include "base/path.h"
#include "stack/autostacker24_read.h"

enum {
	INCLUDES_LIMIT = 1000, /* in one template */
	INCLUDES_DEPTH = 32,
};

static const char plain_start[] = "@file://";
static const char braced_start[] = "@{file://";

/* A text whose includes are being read, within the one that included it. */
struct inclusion {
	const struct inclusion *outer;
	const char *path; /* NULL: of the template */
	const char *bytes;
	size_t length;
	unsigned depth;
};

void splice_done(struct splice *splice)
{
	text_done(&splice->text);
	free(splice->segments);
	texts_done(&splice->paths);
}

static struct place place_in(const struct splice *splice, const struct expansion *expansion,
	const struct segment *segment, size_t offset)
{
	if (segment->path)
		return place_of(segment->bytes, segment->length, offset);
	return template_place(
		expansion->source, splice->scalar, offset, expansion->bytes, expansion->length);
}

bool splice_fault(const struct splice *splice, const struct expansion *expansion, size_t offset,
	const char *format, ...)
{
	const struct segment *segment = &splice->segments[0];
	va_list arguments;

	for (size_t i = 1; i < splice->count && splice->segments[i].start <= offset; i++)
		segment = &splice->segments[i];
	va_start(arguments, format);
	AUTO(free_text) char *what = xvasprintf(format, arguments);
	va_end(arguments);
	return template_fault(expansion->e, segment->path ? segment->path : expansion->source->path,
		place_in(splice, expansion, segment, segment->offset + offset - segment->start),
		"%s", what);
}

/* A fault at an offset of the text that is being read; always false. */
static bool fault_within(const struct splice *splice, const struct expansion *expansion,
	const struct inclusion *inclusion, size_t offset, const char *format, ...) FORMAT(5, 6);

static bool fault_within(const struct splice *splice, const struct expansion *expansion,
	const struct inclusion *inclusion, size_t offset, const char *format, ...)
{
	const struct segment here = {
		.path = inclusion->path, .bytes = inclusion->bytes, .length = inclusion->length};
	va_list arguments;

	va_start(arguments, format);
	AUTO(free_text) char *what = xvasprintf(format, arguments);
	va_end(arguments);
	return template_fault(expansion->e, here.path ? here.path : expansion->source->path,
		place_in(splice, expansion, &here, offset), "%s", what);
}

static void add_bytes(
	struct splice *splice, const struct inclusion *inclusion, size_t offset, size_t length)
{
	GROW(splice->segments, splice->size, splice->count + 1);
	splice->segments[splice->count++] =
		(struct segment){splice->text.length, inclusion->path && !offset, offset,
			inclusion->path, inclusion->bytes, inclusion->length};
	text_add_bytes(&splice->text, inclusion->bytes + offset, length);
}

/* The length of the include at `at`, 0 where there is none; its path is *start to *end. */
static size_t find_include(const char *at, const char *end, const char **start, const char **stop)
{
	size_t room = (size_t)(end - at);

	if (room >= strlen(braced_start) && memcmp(at, braced_start, strlen(braced_start)) == 0) {
		*start = at + strlen(braced_start);
		*stop = memchr(*start, '}', (size_t)(end - *start));
		if (!*stop)
			*stop = *start;
		return (size_t)(*stop - at) + (*stop < end);
	}
	if (room < strlen(plain_start) || memcmp(at, plain_start, strlen(plain_start)) != 0)
		return 0;
	*start = at + strlen(plain_start);
	for (*stop = *start; *stop < end && !strchr("@ \t\r\n\f\v", **stop);)
		++*stop;
	return (size_t)(*stop - at) + (*stop < end && **stop == '@');
}

static bool splice_text(
	struct splice *splice, struct expansion *expansion, const struct inclusion *inclusion);

static bool is_open(
	const struct expansion *expansion, const struct inclusion *inclusion, const char *path)
{
	for (; inclusion->path; inclusion = inclusion->outer)
		if (strcmp(inclusion->path, path) == 0)
			return true;
	return strcmp(expansion->source->path, path) == 0;
}

static bool check_include(const struct splice *splice, struct expansion *expansion,
	const struct inclusion *inclusion, size_t offset, const char *path)
{
	if (is_open(expansion, inclusion, path))
		return fault_within(splice, expansion, inclusion, offset,
			"found '%.255s' included within itself, expected no cycle", path);
	if (inclusion->depth >= INCLUDES_DEPTH)
		return fault_within(splice, expansion, inclusion, offset,
			"found '%.255s' included more than %d files deep: flatten it", path,
			INCLUDES_DEPTH);
	if (++expansion->included > INCLUDES_LIMIT)
		return fault_within(splice, expansion, inclusion, offset,
			"found more than %d included files, expected fewer", INCLUDES_LIMIT);
	return true;
}

static bool read_file(struct splice *splice, struct expansion *expansion,
	const struct inclusion *outer, size_t offset, const char *path)
{
	struct inclusion inclusion = {.outer = outer, .path = path, .depth = outer->depth + 1};
	const struct template_source *source = expansion->source;
	struct error cause = {0};
	size_t bad;

	if (!source->include || !source->include(source->owner, path, &inclusion.bytes,
					&inclusion.length, &cause)) {
		if (cause.kind != ERROR_NONE)
			return fault_within(splice, expansion, outer, offset, "%s", cause.text);
		if (expansion->missing.kind == ERROR_NONE) {
			fault_within(splice, expansion, outer, offset,
				"found '%.255s' included, expected it at hand", path);
			expansion->missing = *expansion->e;
		}
		return true;
	}
	expansion->included_bytes += inclusion.length;
	if (expansion->included_bytes > TEMPLATE_LIMIT)
		return fault_within(splice, expansion, outer, offset,
			"found '%.255s' included, expected at most 1 MiB in all", path);
	if (!utf8_valid(inclusion.bytes, inclusion.length, &bad))
		return fault_within(splice, expansion, &inclusion, bad,
			"found a byte that is no UTF-8 in '%.255s', expected text: save it as "
			"UTF-8",
			path);
	return splice_text(splice, expansion, &inclusion);
}

static bool include(struct splice *splice, struct expansion *expansion,
	const struct inclusion *inclusion, size_t offset, const char *path)
{
	AUTO(free_text) char *beside = path_beside(expansion->source->path, path);

	if (!*path)
		return fault_within(splice, expansion, inclusion, offset,
			"found @file:// without a path, expected one; a plain @ is written @@");
	if (!check_include(splice, expansion, inclusion, offset, beside))
		return false;
	texts_add(&splice->paths, beside);
	return read_file(
		splice, expansion, inclusion, offset, splice->paths.items[splice->paths.count - 1]);
}

static bool splice_text(
	struct splice *splice, struct expansion *expansion, const struct inclusion *inclusion)
{
	const char *end = inclusion->bytes + inclusion->length;
	const char *copied = inclusion->bytes;

	for (const char *at = copied; (at = memchr(at, '@', (size_t)(end - at)));) {
		const char *start, *stop;
		size_t length = find_include(at, end, &start, &stop);

		if (!length) {
			at += at + 1 < end && at[1] == '@' ? 2 : 1;
			continue;
		}
		AUTO(free_text) char *path = xstrndup(start, (size_t)(stop - start));

		add_bytes(splice, inclusion, (size_t)(copied - inclusion->bytes),
			(size_t)(at - copied));
		if (!include(splice, expansion, inclusion, (size_t)(at - inclusion->bytes), path))
			return false;
		at += length;
		copied = at;
	}
	add_bytes(splice, inclusion, (size_t)(copied - inclusion->bytes), (size_t)(end - copied));
	return true;
}

bool splice_read(struct splice *splice, struct expansion *expansion, const struct node *scalar)
{
	const struct inclusion whole = {.bytes = scalar->text, .length = scalar->length};

	splice->scalar = scalar;
	return splice_text(splice, expansion, &whole);
}
