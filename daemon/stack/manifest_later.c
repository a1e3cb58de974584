/* Keys whose behaviour is not built yet. A file is checked as if it were, so that no fault waits in
 * it for the day when it is; then only the default is accepted. */
#include <string.h>

#include "base/text.h"
#include "stack/manifest_read.h"
#include "stack/names.h"

enum { TAGS_LIMIT = 49, TOPICS_LIMIT = 5, MINUTES_DIGITS = 5 };

static void not_yet(struct reading *reading, const struct key *key, const struct node *value)
{
	if (key->preset)
		read_fault(reading, value, "'%s: %s' is not supported yet, expected '%s: %s'",
			key->name, shown(value->text).text, key->name, key->preset);
	else
		read_fault(reading, value, "'%s:' is not supported yet, expected no such key",
			key->name);
}

void read_later_word(struct reading *reading, const struct key *key, const struct node *value)
{
	int word = read_word(reading, key, value);

	if (word >= 0 && strcmp(key->words[word], key->preset) != 0)
		not_yet(reading, key, value);
}

void read_later_switch(struct reading *reading, const struct key *key, const struct node *value)
{
	if (!node_is(value, "true") && !node_is(value, "false"))
		read_unexpected(reading, key->name, "true or false", value);
	else if (!key->preset || !node_is(value, key->preset))
		not_yet(reading, key, value);
}

static bool tag_valid(struct reading *reading, const struct node *name, const struct node *value)
{
	static const char what[] = "text of 1 to 256 characters";
	const struct shown tag = shown(name->text);
	const char *text = read_text(reading, tag.text, what, value);

	if (!name->length || name->length > 128 || strncasecmp(name->text, "aws:", 4) == 0)
		read_fault(reading, name,
			"expected a tag of 1 to 128 characters that does not begin with 'aws:', "
			"found '%s'",
			tag.text);
	else if (text && (!*text || strlen(text) > 256))
		read_unexpected(reading, tag.text, what, value);
	else
		return text;
	return false;
}

void read_later_tags(struct reading *reading, const struct key *key, const struct node *value)
{
	bool good = true;

	if (value->kind != NODE_MAP || value->tag) {
		read_unexpected(reading, key->name, "a map of names and values", value);
		return;
	}
	if (value->count > TAGS_LIMIT) {
		read_fault(reading, value, "expected at most %d tags, found %zu", TAGS_LIMIT,
			value->count);
		return;
	}
	for (size_t i = 0; i < value->count; i++)
		good = tag_valid(reading, value->names[i], value->items[i]) && good;
	if (good)
		not_yet(reading, key, value);
}

void read_later_topics(struct reading *reading, const struct key *key, const struct node *value)
{
	static const char what[] = "the ARN of an SNS topic";
	bool good = true;

	if (!read_text_list(reading, key->name, what, value))
		return;
	if (value->count > TOPICS_LIMIT) {
		read_fault(reading, value, "expected at most %d topics, found %zu", TOPICS_LIMIT,
			value->count);
		return;
	}
	for (size_t i = 0; i < value->count; i++)
		if (!arn_valid(value->items[i]->text, "sns", "")) {
			read_unexpected(reading, key->name, what, value->items[i]);
			good = false;
		}
	if (good)
		not_yet(reading, key, value);
}

void read_later_role(struct reading *reading, const struct key *key, const struct node *value)
{
	static const char what[] = "the ARN of an IAM role";
	const char *arn = read_text(reading, key->name, what, value);

	if (arn && arn_valid(arn, "iam", "role/"))
		not_yet(reading, key, value);
	else if (arn)
		read_unexpected(reading, key->name, what, value);
}

void read_later_external_id(
	struct reading *reading, const struct key *key, const struct node *value)
{
	static const char what[] = "2 to 1224 letters, digits and _+=,.@:/-";
	const char *id = read_text(reading, key->name, what, value);

	if (!id)
		return;
	if (strlen(id) < 2 || strlen(id) > 1224 ||
		id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789_+=,.@:/-")])
		read_unexpected(reading, key->name, what, value);
	else
		not_yet(reading, key, value);
}

void read_later_minutes(struct reading *reading, const struct key *key, const struct node *value)
{
	static const char what[] = "a whole number of minutes, at least 1,";
	const char *minutes = read_text(reading, key->name, what, value);

	if (!minutes)
		return;
	size_t digits = strspn(minutes, "0123456789");

	if (!digits || digits > MINUTES_DIGITS || minutes[digits] || strspn(minutes, "0") == digits)
		read_unexpected(reading, key->name, what, value);
	else
		not_yet(reading, key, value);
}

/* The path is kept: what it names is no manifest. */
void read_later_policy(struct reading *reading, const struct key *key, const struct node *value)
{
	const char *path = read_text(reading, key->name, "the path of a JSON file", value);

	if (!path)
		return;
	if (!*path || text_ends(path, "/")) {
		read_unexpected(reading, key->name, "the path of a JSON file", value);
		return;
	}
	replace_text(&reading->manifest->policy_path, path);
	not_yet(reading, key, value);
}
