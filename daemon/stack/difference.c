#include "stack/difference.h"

#include <string.h>

#include "base/text.h"
#include "stack/names.h"

enum { NAMED_LIMIT = 3 }; /* differences that a reason names */

void wanted_done(struct wanted *wanted)
{
	for (size_t i = 0; i < wanted->count; i++) {
		free_secret(wanted->values[i].value);
		free(wanted->values[i].from);
	}
	free(wanted->values);
	*wanted = (struct wanted){0};
}

bool wanted_value_secret(const struct wanted_value *value)
{
	return value->declared->no_echo || value->origin == VALUE_SOURCE;
}

static void hmac_hex(const uint8_t *key, const char *value, char out[DIGEST_HEX_SIZE])
{
	struct digest digest = digest_hmac(key, DIGEST_SIZE, value, strlen(value));

	digest_hex(&digest, out, DIGEST_HEX_SIZE - 1);
}

struct digest wanted_digest(
	const struct desired_stack *desired, const struct wanted *wanted, const uint8_t key[32])
{
	struct digest_stream stream;

	digest_begin(&stream);
	digest_add(&stream, desired->template->body, desired->template->body_length);
	for (size_t i = 0; i < wanted->count; i++) {
		const struct wanted_value *value = &wanted->values[i];
		char hex[DIGEST_HEX_SIZE];

		digest_field(&stream, value->declared->name);
		if (value->origin != VALUE_PRESET && wanted_value_secret(value)) {
			hmac_hex(key, value->value, hex);
			digest_field(&stream, hex);
		} else {
			digest_field(&stream, value->origin == VALUE_PRESET ? NULL : value->value);
		}
	}
	for (size_t i = 0; i < desired->capabilities.count; i++)
		digest_field(&stream, desired->capabilities.items[i]);
	return digest_end(&stream);
}

void wanted_secrets(const struct wanted *wanted, const uint8_t key[32], struct pairs *out)
{
	for (size_t i = 0; i < wanted->count; i++) {
		const struct wanted_value *value = &wanted->values[i];
		char hex[DIGEST_HEX_SIZE];

		if (!value->declared->no_echo)
			continue;
		hmac_hex(key, value->value, hex);
		pairs_set(out, value->declared->name, hex);
	}
}

static bool is_list(const char *type)
{
	return type && (strcmp(type, "CommaDelimitedList") == 0 || strncmp(type, "List<", 5) == 0);
}

/* The text of the next item, trimmed; *list moves behind it, NULL at the end. */
static size_t next_item(const char **list, const char **item)
{
	size_t length = strcspn(*list, ",");
	const char *start = *list;

	*list = start[length] ? start + length + 1 : NULL;
	while (length && strchr(" \t\r\n", start[0]))
		start++, length--;
	while (length && strchr(" \t\r\n", start[length - 1]))
		length--;
	*item = start;
	return length;
}

static bool lists_equal(const char *a, const char *b)
{
	while (a && b) {
		const char *first, *second;
		size_t length = next_item(&a, &first);

		if (length != next_item(&b, &second) || memcmp(first, second, length) != 0)
			return false;
	}
	return !a && !b;
}

struct finding {
	struct text reason;
	size_t count;
	const char *unsure; /* the first NoEcho parameter that may differ */
};

static void name_difference(struct finding *finding, const char *what)
{
	if (finding->count++ < NAMED_LIMIT)
		text_format(&finding->reason, "%s%s", finding->count > 1 ? "; " : "", what);
}

static void compare_secret(
	const struct difference_input *input, const struct wanted_value *value, struct finding *out)
{
	const char *known =
		input->secrets ? pairs_get(input->secrets, value->declared->name) : NULL;
	char hex[DIGEST_HEX_SIZE];

	hmac_hex(input->key, value->value, hex);
	if (!known) {
		out->unsure = out->unsure ? out->unsure : value->declared->name;
	} else if (strcmp(known, hex) != 0) {
		AUTO(free_text)
		char *what = xasprintf("parameter %s: a new value (NoEcho)", value->declared->name);

		name_difference(out, what);
	}
}

static void compare_value(
	const struct difference_input *input, const struct wanted_value *value, struct finding *out)
{
	const char *live = pairs_get(&input->live->parameters, value->declared->name);
	const char *name = value->declared->name;
	AUTO(free_text) char *what = NULL;

	if (value->declared->no_echo && live) {
		compare_secret(input, value, out);
		return;
	}
	if (live && (strcmp(live, value->value) == 0 ||
			    (is_list(value->declared->type) && lists_equal(live, value->value))))
		return;
	if (wanted_value_secret(value)) {
		what = xasprintf("parameter %s: a new value%s%s%s", name, value->from ? " (" : "",
			value->from ? value->from : "", value->from ? ")" : "");
	} else {
		struct shown was = shown(live ? live : "nothing");
		struct shown is = shown(value->value);

		what = xasprintf("parameter %s: %s -> %s%s%s%s", name, was.text, is.text,
			value->from ? " (" : "", value->from ? value->from : "",
			value->from ? ")" : "");
	}
	name_difference(out, what);
}

static void compare_template(const struct difference_input *input, struct finding *out)
{
	if (!input->template_known ||
		digest_equal(&input->template_canonical, &input->desired->template->canonical))
		return;
	AUTO(free_text)
	char *what = input->template_names && *input->template_names
			     ? xasprintf("template: %s", input->template_names)
			     : xstrdup("template");

	name_difference(out, what);
}

enum difference_kind difference_find(const struct difference_input *input, char **reason)
{
	struct finding finding = {0};

	*reason = NULL;
	for (size_t i = 0; i < input->wanted->count; i++)
		compare_value(input, &input->wanted->values[i], &finding);
	compare_template(input, &finding);
	if (finding.count > NAMED_LIMIT)
		text_format(&finding.reason, "; and %zu more", finding.count - NAMED_LIMIT);
	if (finding.count) {
		*reason = text_take(&finding.reason);
		return DIFFERENCE_FOUND;
	}
	if (!input->template_known)
		return DIFFERENCE_UNREAD;
	if (!finding.unsure)
		return DIFFERENCE_NONE;
	*reason = xasprintf("parameter %s: NoEcho, only a change set can tell", finding.unsure);
	return DIFFERENCE_UNSURE;
}
