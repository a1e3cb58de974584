#include "stack/template.h"

#include "base/text.h"
#include "target.h"

struct input {
	const char *bytes;
	size_t length;
};

/* The input includes itself, too; paths with a "u" can't be read, those with a "g" are gone. */
static bool include(
	void *owner, const char *path, const char **bytes, size_t *length, struct error *e)
{
	const struct input *input = owner;

	if (strchr(path, 'u'))
		return error_set(e, ERROR_INVALID, "cannot read it");
	if (strchr(path, 'g'))
		return false;
	*bytes = strchr(path, 's') ? input->bytes : "text @Name\n@{file://other} @file://x ";
	*length = strchr(path, 's') ? input->length : strlen(*bytes);
	return true;
}

static void check(struct input input)
{
	struct error e = {0};
	AUTO(template_free)
	struct template *template =
		template_parse("dir/t", input.bytes, input.length, 3, include, &input, &e);

	if (!template) {
		CHECK(e.kind == ERROR_INVALID);
		CHECK(text_starts(e.text, "dir/") || *e.text == '/');
		return;
	}
	CHECK(template->body_length <= TEMPLATE_LIMIT);
	CHECK(strlen(template->body) == template->body_length);

	struct digest sent = template_canonical(template->body, template->body_length);
	AUTO(free_text)
	char *difference = template_difference(
		template->body, template->body_length, template->body, template->body_length);

	CHECK(digest_equal(&sent, &template->canonical));
	CHECK(!*difference);
	free(template_difference(template->body, template->body_length, input.bytes, input.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct text marked = {0};

	check((struct input){(const char *)bytes, length});
	text_add(&marked, "# AutoStacker24\n");
	text_add_bytes(&marked, bytes, length);
	check((struct input){marked.data, marked.length});
	text_done(&marked);
	return 0;
}
