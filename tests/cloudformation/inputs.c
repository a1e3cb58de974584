#include "cloudformation/inputs.h"

#include <ctype.h>
#include <string.h>

#include "cloudformation/form.h"

enum { TEMPLATE_BODY_LIMIT = 51200, NAME_LIMIT = 128, TAGS_LIMIT = 50, ARNS_LIMIT = 5 };

struct problems {
	struct text text;
	unsigned count;
};

/* "StackName" is 'stackName' in the texts. */
static void add_problem(struct problems *problems, const char *name, const char *value,
	const char *format, ...) FORMAT(4, 5);
static void add_problem(
	struct problems *problems, const char *name, const char *value, const char *format, ...)
{
	AUTO(free_text) char *member = xstrdup(name);
	va_list arguments;

	member[0] = (char)tolower((unsigned char)member[0]);
	va_start(arguments, format);
	AUTO(free_text) char *constraint = xvasprintf(format, arguments);
	va_end(arguments);
	if (problems->count++)
		text_add(&problems->text, "; ");
	text_format(&problems->text, "Value %s%s%s at '%s' failed to satisfy constraint: Member %s",
		value ? "'" : "", value ? value : "null", value ? "'" : "", member, constraint);
}

static bool only(const char *text, const char *extra)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr(extra, *text))
			return false;
	return true;
}

static bool is_name(const char *text)
{
	return isalpha((unsigned char)*text) && only(text, "-");
}

static bool is_name_or_arn(const char *text)
{
	return is_name(text) || (text_starts(text, "arn:") && only(text + 4, "-:/._+"));
}

static bool is_token(const char *text)
{
	return isalnum((unsigned char)*text) && only(text, "-");
}

static const struct {
	const char *name;
	bool (*matches)(const char *);
	const char *pattern;
	size_t minimum, maximum;
} constraints[] = {
	{"StackName", is_name_or_arn, "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*", 1, 0},
	{"ChangeSetName", is_name_or_arn, "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/]*", 1, 1600},
	{"ClientRequestToken", is_token, "[a-zA-Z0-9][-a-zA-Z0-9]*", 1, 128},
	{"ClientToken", NULL, NULL, 1, 128},
	{"TemplateBody", NULL, NULL, 1, TEMPLATE_BODY_LIMIT},
	{"TemplateURL", NULL, NULL, 1, 5120},
	{"RoleARN", NULL, NULL, 20, 2048},
	{"Description", NULL, NULL, 1, 1024},
	{"NextToken", NULL, NULL, 1, 1024},
	{"StackPolicyBody", NULL, NULL, 1, 16384},
};

static const struct {
	const char *name;
	const char *values[8];
} choices[] = {
	{"OnFailure", {"DO_NOTHING", "ROLLBACK", "DELETE"}},
	{"OnStackFailure", {"DO_NOTHING", "ROLLBACK", "DELETE"}},
	{"ChangeSetType", {"CREATE", "UPDATE", "IMPORT"}},
	{"TemplateStage", {"Original", "Processed"}},
	{"DeletionMode", {"STANDARD", "FORCE_DELETE_STACK"}},
};

static void check_field(struct problems *problems, size_t i, const char *value)
{
	size_t length = strlen(value);

	if (constraints[i].maximum && length > constraints[i].maximum)
		add_problem(problems, constraints[i].name, value,
			"must have length less than or equal to %zu", constraints[i].maximum);
	if (length < constraints[i].minimum)
		add_problem(problems, constraints[i].name, value,
			"must have length greater than or equal to %zu", constraints[i].minimum);
	if (constraints[i].matches && !constraints[i].matches(value))
		add_problem(problems, constraints[i].name, value,
			"must satisfy regular expression pattern: %s", constraints[i].pattern);
}

static void check_choice(struct problems *problems, size_t i, const char *value)
{
	AUTO_DONE(text_done) struct text set = {0};

	for (const char *const *choice = choices[i].values; *choice; choice++) {
		if (strcmp(*choice, value) == 0)
			return;
		text_format(&set, "%s%s", set.length ? ", " : "", *choice);
	}
	add_problem(problems, choices[i].name, value, "must satisfy enum value set: [%s]",
		text_string(&set));
}

static void check_names(struct problems *problems, const struct exchange *exchange)
{
	const char *stack = field(exchange, "StackName");
	const char *set = field(exchange, "ChangeSetName");

	if (stack && !text_starts(stack, "arn:") && strlen(stack) > NAME_LIMIT)
		add_problem(problems, "StackName", stack,
			"must have length less than or equal to %d", NAME_LIMIT);
	if (set && !text_starts(set, "arn:") && strlen(set) > NAME_LIMIT)
		add_problem(problems, "ChangeSetName", set,
			"must have length less than or equal to %d", NAME_LIMIT);
}

static void check_tag(struct problems *problems, const struct pairs *fields, size_t number)
{
	static const struct {
		const char *member;
		size_t maximum;
	} members[] = {{"Key", 128}, {"Value", 256}};

	for (size_t i = 0; i < COUNT(members); i++) {
		const char *value = form_item(fields, "Tags", number, members[i].member);
		AUTO(free_text)
		char *name = xasprintf("tags.%zu.member.%s", number, i ? "value" : "key");

		if (!value)
			add_problem(problems, name, NULL, "must not be null");
		else if (!*value)
			add_problem(problems, name, value,
				"must have length greater than or equal to 1");
		else if (strlen(value) > members[i].maximum)
			add_problem(problems, name, value,
				"must have length less than or equal to %zu", members[i].maximum);
	}
}

static void check_lists(struct problems *problems, const struct exchange *exchange)
{
	static const char *const capabilities =
		"CAPABILITY_IAM CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND";
	AUTO_DONE(texts_done) struct texts given = {0};
	size_t tags = form_item_count(&exchange->fields, "Tags");

	if (tags > TAGS_LIMIT)
		add_problem(problems, "Tags", "[...]", "must have length less than or equal to %d",
			TAGS_LIMIT);
	for (size_t i = 1; i <= tags && i <= TAGS_LIMIT; i++)
		check_tag(problems, &exchange->fields, i);
	if (form_item_count(&exchange->fields, "NotificationARNs") > ARNS_LIMIT)
		add_problem(problems, "NotificationARNs", "[...]",
			"must have length less than or equal to %d", ARNS_LIMIT);
	form_texts(&exchange->fields, "Capabilities", &given);
	for (size_t i = 0; i < given.count; i++)
		if (!text_starts(given.items[i], "CAPABILITY_") ||
			!strstr(capabilities, given.items[i]))
			add_problem(problems, "capabilities", given.items[i],
				"must satisfy enum value set: [CAPABILITY_IAM, "
				"CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND]");
}

bool inputs_check(struct exchange *exchange, const char *required)
{
	struct problems problems = {0};

	while (*required) {
		size_t length = strcspn(required, " ");
		AUTO(free_text) char *name = xstrndup(required, length);

		if (!field(exchange, name))
			add_problem(&problems, name, NULL, "must not be null");
		required += length + (required[length] == ' ');
	}
	for (size_t i = 0; i < COUNT(constraints); i++) {
		const char *value = field(exchange, constraints[i].name);

		if (value)
			check_field(&problems, i, value);
	}
	for (size_t i = 0; i < COUNT(choices); i++) {
		const char *value = field(exchange, choices[i].name);

		if (value)
			check_choice(&problems, i, value);
	}
	check_names(&problems, exchange);
	check_lists(&problems, exchange);
	if (problems.count)
		invalid(exchange, "%u validation error%s detected: %s", problems.count,
			problems.count == 1 ? "" : "s", text_string(&problems.text));
	text_done(&problems.text);
	return !problems.count;
}
