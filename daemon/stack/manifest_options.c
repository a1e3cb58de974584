/* The keys beside template and parameters: how stackd treats the stack, and what else a stack has.
 */
#include <string.h>

#include "base/text.h"
#include "stack/manifest_read.h"
#include "stack/names.h"
#include "stack/template_url.h"

enum {
	TAGS_LIMIT = 49, /* CloudFormation's, less the owner tag */
	TAG_NAME_LIMIT = 128,
	TAG_VALUE_LIMIT = 256,
	TOPICS_LIMIT = 5,
	MINUTES_DIGITS = 5,
	PATH_LIMIT = 4095,
};

/* --- how stackd treats the stack --- */

void read_apply(struct reading *reading, const struct key *key, const struct node *value)
{
	int word = read_word(reading, key, value);

	reading->manifest->apply_given = word >= 0;
	if (word >= 0)
		reading->manifest->apply = (enum apply)word;
}

void read_guard(struct reading *reading, const struct key *key, const struct node *value)
{
	int word = read_word(reading, key, value);

	reading->manifest->guard_given = word >= 0;
	if (word >= 0)
		reading->manifest->guard = (enum guard)word;
}

void read_on_removal(struct reading *reading, const struct key *key, const struct node *value)
{
	int word = read_word(reading, key, value);

	reading->manifest->on_removal_given = word >= 0;
	if (word >= 0)
		reading->manifest->on_removal = (enum on_removal)word;
}

void read_on_failure(struct reading *reading, const struct key *key, const struct node *value)
{
	int word = read_word(reading, key, value);

	if (word >= 0)
		reading->manifest->on_failure = (enum on_failure)word;
}

/* False, and a fault, where it is neither. */
static bool read_switch(
	struct reading *reading, const struct key *key, const struct node *value, bool *on)
{
	*on = node_is(value, "true");
	if (*on || node_is(value, "false"))
		return true;
	read_unexpected(reading, key->name, "true or false", value);
	return false;
}

void read_dedicated(struct reading *reading, const struct key *key, const struct node *value)
{
	read_switch(reading, key, value, &reading->manifest->dedicated);
	reading->manifest->dedicated_line = value->line;
	reading->manifest->dedicated_column = value->column;
}

void read_follow_ssm(struct reading *reading, const struct key *key, const struct node *value)
{
	read_switch(reading, key, value, &reading->manifest->follow_ssm);
}

/* --- what else a stack has --- */

void read_protection(struct reading *reading, const struct key *key, const struct node *value)
{
	bool on;

	if (read_switch(reading, key, value, &on))
		reading->manifest->termination_protection = on ? PROTECTION_ON : PROTECTION_OFF;
}

static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static void read_tag(struct reading *reading, const struct node *name, const struct node *value)
{
	static const char what[] = "text of 1 to 256 characters";
	const struct shown tag = shown(name->text);
	const char *text = read_text(reading, tag.text, what, value);

	if (strcmp(name->text, OWNER_TAG) == 0)
		read_fault(reading, name,
			"found the tag '" OWNER_TAG "', expected others only: stackd itself gives "
			"it to stacks that it creates, with the value of 'Owner=' in stackd.conf");
	else if (!name->length || characters(name->text) > TAG_NAME_LIMIT ||
		 strncasecmp(name->text, "aws:", 4) == 0)
		read_fault(reading, name,
			"expected a tag of 1 to 128 characters that does not begin with 'aws:', "
			"found '%s'",
			tag.text);
	else if (text && (!*text || characters(text) > TAG_VALUE_LIMIT))
		read_unexpected(reading, tag.text, what, value);
	else if (text)
		pairs_add(&reading->manifest->tags, name->text, text);
}

void read_tags(struct reading *reading, const struct key *key, const struct node *value)
{
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
		read_tag(reading, value->names[i], value->items[i]);
	pairs_sort(&reading->manifest->tags);
	reading->manifest->tags_given = true;
}

void read_topics(struct reading *reading, const struct key *key, const struct node *value)
{
	static const char what[] = "the ARN of an SNS topic";

	if (!read_text_list(reading, key->name, what, value))
		return;
	if (value->count > TOPICS_LIMIT) {
		read_fault(reading, value, "expected at most %d topics, found %zu", TOPICS_LIMIT,
			value->count);
		return;
	}
	for (size_t i = 0; i < value->count; i++)
		if (arn_valid(value->items[i]->text, "sns", ""))
			texts_add(&reading->manifest->notification_arns, value->items[i]->text);
		else
			read_unexpected(reading, key->name, what, value->items[i]);
	texts_sort(&reading->manifest->notification_arns);
	reading->manifest->notification_arns_given = true;
}

/* NULL and a fault where it is none. */
static const char *role_text(
	struct reading *reading, const struct key *key, const struct node *value)
{
	static const char what[] = "the ARN of an IAM role";
	const char *arn = read_text(reading, key->name, what, value);

	if (!arn || arn_valid(arn, "iam", "role/"))
		return arn;
	read_unexpected(reading, key->name, what, value);
	return NULL;
}

void read_role(struct reading *reading, const struct key *key, const struct node *value)
{
	replace_text(&reading->manifest->role_arn, role_text(reading, key, value));
}

void read_minutes(struct reading *reading, const struct key *key, const struct node *value)
{
	static const char what[] = "a whole number of minutes, at least 1,";
	const char *text = read_text(reading, key->name, what, value);
	unsigned minutes = 0;

	if (!text)
		return;
	size_t digits = strspn(text, "0123456789");

	for (size_t i = 0; i < digits && digits <= MINUTES_DIGITS; i++)
		minutes = minutes * 10 + (unsigned)(text[i] - '0');
	if (!minutes || text[digits])
		read_unexpected(reading, key->name, what, value);
	else
		reading->manifest->timeout_minutes = minutes;
}

/* What it names is no manifest, whatever else is wrong with this one. */
void read_policy_path(struct reading *reading, const struct key *key, const struct node *value)
{
	static const char what[] = "the path of a JSON file";
	struct manifest *manifest = reading->manifest;
	const char *path = read_text(reading, key->name, what, value);

	if (!path)
		return;
	if (!*path || text_ends(path, "/") || strlen(path) > PATH_LIMIT) {
		read_unexpected(reading, key->name, what, value);
		return;
	}
	replace_text(&manifest->policy_path, path);
	manifest->policy_line = value->line;
	manifest->policy_column = value->column;
}

/* --- where the stack and its template are --- */

/* What S3 takes is checked; whether there is such an object, only AWS knows. */
void read_template_url(struct reading *reading, const struct key *key, const struct node *value)
{
	static const char what[] =
		"the https:// URL of an object in S3 (https://BUCKET.s3.REGION.amazonaws.com/KEY)";
	struct manifest *manifest = reading->manifest;
	const char *url = read_text(reading, key->name, what, value);

	manifest->template_line = value->line;
	manifest->template_column = value->column;
	if (!url)
		return;
	enum template_url_fault fault = template_url_check(url);

	if (fault == TEMPLATE_URL_LONG)
		read_fault(reading, value, "expected at most %d bytes after '%s:', found %zu",
			TEMPLATE_URL_LIMIT, key->name, value->length);
	else if (fault == TEMPLATE_URL_QUERY)
		read_fault(reading, value,
			"expected no more than '?versionId=' behind the URL after '%s:'",
			key->name);
	else if (fault && strpbrk(url, "?@")) /* perhaps a password or a signature is in it */
		read_fault(reading, value, "expected %s after '%s:'", what, key->name);
	else if (fault)
		read_unexpected(reading, key->name, what, value);
	else
		replace_text(&manifest->template_url, url);
}

/* The account is a part of what the stack is. */
void read_assume_role(struct reading *reading, const struct key *key, const struct node *value)
{
	const char *arn = role_text(reading, key, value);

	replace_text(&reading->manifest->assume_role_arn, arn);
	if (!arn)
		reading->manifest->identified = false;
}

void read_external_id(struct reading *reading, const struct key *key, const struct node *value)
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
		replace_text(&reading->manifest->external_id, id);
}
