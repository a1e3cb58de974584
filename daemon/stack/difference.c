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

static void digest_count(struct digest_stream *stream, const char *what, size_t count)
{
	AUTO(free_text) char *field = xasprintf("%s %zu", what, count);

	digest_field(stream, field);
}

/* Each behind its name, and nothing for what is not given. */
static void digest_options(struct digest_stream *stream, const struct desired_stack *desired)
{
	static const char *const on_failure[] = {NULL, "delete", "keep"};

	if (desired->tags_given)
		digest_count(stream, "tags", desired->tags.count);
	for (size_t i = 0; i < desired->tags.count; i++) {
		digest_field(stream, desired->tags.items[i].name);
		digest_field(stream, desired->tags.items[i].value);
	}
	if (desired->notification_arns_given)
		digest_count(stream, "notification-arns", desired->notification_arns.count);
	for (size_t i = 0; i < desired->notification_arns.count; i++)
		digest_field(stream, desired->notification_arns.items[i]);
	if (desired->role_arn) {
		digest_field(stream, "role-arn");
		digest_field(stream, desired->role_arn);
	}
	if (desired->on_failure != ON_FAILURE_ROLLBACK) {
		digest_field(stream, "on-failure");
		digest_field(stream, on_failure[desired->on_failure]);
	}
	if (desired->timeout_minutes)
		digest_count(stream, "timeout-in-minutes", desired->timeout_minutes);
}

struct digest wanted_digest(
	const struct desired_stack *desired, const struct wanted *wanted, const uint8_t key[32])
{
	struct digest_stream stream;

	digest_begin(&stream);
	if (desired->template_url) {
		digest_field(&stream, "template-url");
		digest_field(&stream, desired->template_url);
	} else {
		digest_add(&stream, desired->template->body, desired->template->body_length);
	}
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
	digest_options(&stream, desired);
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
	if (!input->template_known || input->desired->template_url ||
		digest_equal(&input->template_canonical, &input->desired->template->canonical))
		return;
	AUTO(free_text)
	char *what = input->template_names && *input->template_names
			     ? xasprintf("template: %s", input->template_names)
			     : xstrdup("template");

	name_difference(out, what);
}

/* --- what is compared only where the manifest has it --- */

/* Ours, which says who created the stack, and AWS's. */
static bool tag_ignored(const char *name)
{
	return strcmp(name, OWNER_TAG) == 0 || text_starts(name, "aws:");
}

static void name_change(
	struct finding *out, const char *what, const char *name, const char *was, const char *is)
{
	struct shown key = shown(name);
	struct shown before = shown(was ? was : "none");
	struct shown after = shown(is ? is : "none");
	AUTO(free_text)
	char *change = xasprintf("%s%s: %s -> %s", what, key.text, before.text, after.text);

	name_difference(out, change);
}

/* What is wanted, by name, then what is too many. */
static void compare_tags(const struct difference_input *input, struct finding *out)
{
	const struct pairs *wanted = &input->desired->tags;
	const struct pairs *live = &input->live->tags;

	if (!input->desired->tags_given)
		return;
	for (size_t i = 0; i < wanted->count; i++) {
		const char *was = pairs_get(live, wanted->items[i].name);

		if (!text_same(was, wanted->items[i].value))
			name_change(
				out, "tag ", wanted->items[i].name, was, wanted->items[i].value);
	}
	for (size_t i = 0; i < live->count; i++)
		if (!tag_ignored(live->items[i].name) && !pairs_has(wanted, live->items[i].name))
			name_change(out, "tag ", live->items[i].name, live->items[i].value, NULL);
}

static void compare_role(const struct difference_input *input, struct finding *out)
{
	const char *role = input->desired->role_arn;

	if (role && !text_same(role, input->live->role_arn))
		name_change(out, "", "role-arn", input->live->role_arn, role);
}

/* "A, B": what is in one list and not in the other; NULL: nothing. The caller frees it. */
static char *only_in(const struct texts *these, const struct texts *those)
{
	AUTO_DONE(text_done) struct text out = {0};

	for (size_t i = 0; i < these->count; i++)
		if (!texts_have(those, these->items[i]))
			text_format(&out, "%s%s", out.length ? ", " : "", these->items[i]);
	return out.length ? text_take(&out) : NULL;
}

static void compare_topics(const struct difference_input *input, struct finding *out)
{
	const struct texts *live = &input->live->notification_arns;
	const struct texts *wanted = &input->desired->notification_arns;

	if (!input->desired->notification_arns_given)
		return;
	AUTO(free_text) char *before = only_in(live, wanted);
	AUTO(free_text) char *after = only_in(wanted, live);

	if (before || after)
		name_change(out, "", "notification-arns", before, after);
}

char *protection_difference(const struct desired_stack *desired, const struct live *live)
{
	bool on = desired->termination_protection == PROTECTION_ON;

	if (desired->termination_protection == PROTECTION_UNSAID ||
		on == live->termination_protection)
		return NULL;
	return xasprintf("termination protection: %s", on ? "off -> on" : "on -> off");
}

struct digest policy_canonical(const char *bytes, size_t length)
{
	return template_canonical(bytes, length);
}

enum difference_kind difference_find(const struct difference_input *input, char **reason)
{
	struct finding finding = {0};

	*reason = NULL;
	for (size_t i = 0; i < input->wanted->count; i++)
		compare_value(input, &input->wanted->values[i], &finding);
	compare_template(input, &finding);
	compare_tags(input, &finding);
	compare_role(input, &finding);
	compare_topics(input, &finding);
	if (finding.count > NAMED_LIMIT)
		text_format(&finding.reason, "; and %zu more", finding.count - NAMED_LIMIT);
	if (finding.count) {
		*reason = text_take(&finding.reason);
		return DIFFERENCE_FOUND;
	}
	/* It is known only where our own operation put it there. */
	if (input->desired->template_url &&
		!(input->template_known && digest_equal(&input->template_canonical,
						   &input->desired->template->canonical))) {
		*reason = xstrdup("template-url: only a change set can tell");
		return DIFFERENCE_UNSURE;
	}
	if (!input->template_known)
		return DIFFERENCE_UNREAD;
	if (!finding.unsure)
		return DIFFERENCE_NONE;
	*reason = xasprintf("parameter %s: NoEcho, only a change set can tell", finding.unsure);
	return DIFFERENCE_UNSURE;
}
