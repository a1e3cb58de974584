#include "report/command.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "base/nearest.h"
#include "report/harmless.h"
#include "stack/names.h"

enum { DIGEST_LEAST = 12, DIGEST_MOST = 64, REASON_MOST = 1000, STACK_MOST = 300 };

static const struct document_limits limits = {.bytes = COMMAND_LIMIT, .depth = 4, .nodes = 64};

/* What a command takes beside its stack. */
static const struct {
	const char *name;
	const char *text; /* the member that holds command.text; NULL: none */
} commands[] = {
	[COMMAND_APPROVE] = {"approve", "digest"},
	[COMMAND_SUSPEND] = {"suspend", "reason"},
	[COMMAND_RESUME] = {"resume", NULL},
	[COMMAND_RETRY] = {"retry", NULL},
	[COMMAND_RECONCILE] = {"reconcile", NULL},
};
static_assert(COUNT(commands) == COMMAND_KIND_COUNT, "one row per command");

static const char *const answers[] = {
	[ANSWER_DONE] = "done",
	[ANSWER_UNKNOWN] = "unknown",
	[ANSWER_REFUSED] = "refused",
	[ANSWER_FAILED] = "failed",
};

const char *command_name(enum command_kind kind)
{
	return commands[kind].name;
}

bool command_kind_of(const char *name, enum command_kind *kind)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (strcmp(commands[i].name, name) == 0) {
			*kind = (enum command_kind)i;
			return true;
		}
	return false;
}

/* --- what a command must be --- */

static bool check_line(const char *what, const char *text, size_t most, struct error *e)
{
	AUTO_DONE(text_done) struct text harmless = {0};

	harmless_add(&harmless, text);
	if (strcmp(text_string(&harmless), text) != 0)
		return error_set(e, ERROR_INVALID,
			"found a character that can't be shown in the %s, expected one plain line",
			what);
	if (!text[strspn(text, " ")])
		return error_set(e, ERROR_INVALID, "found an empty %s, expected a text", what);
	if (harmless_width(&harmless) > most)
		return error_set(e, ERROR_INVALID,
			"found a %s of %zu characters, expected at most %zu", what,
			harmless_width(&harmless), most);
	return true;
}

static bool check_digest(const char *digest, struct error *e)
{
	size_t length = strlen(digest);

	if (length < DIGEST_LEAST || length > DIGEST_MOST ||
		digest[strspn(digest, "0123456789abcdefABCDEF")])
		return error_set(e, ERROR_INVALID,
			"found '%s' as the digest, expected %d to %d hexadecimal digits",
			shown(digest).text, DIGEST_LEAST, DIGEST_MOST);
	return true;
}

bool command_check(const struct command *command, struct error *e)
{
	const char *name = commands[command->kind].name;
	const char *text = commands[command->kind].text;

	if (command->stack && !check_line("stack's name", command->stack, STACK_MOST, e))
		return false;
	if (command->kind == COMMAND_APPROVE && !command->stack)
		return error_set(e, ERROR_INVALID, "%s needs a stack", name);
	if (!text)
		return true;
	if (!command->text)
		return error_set(e, ERROR_INVALID, "%s needs a %s", name, text);
	return command->kind == COMMAND_APPROVE ? check_digest(command->text, e)
						: check_line(text, command->text, REASON_MOST, e);
}

/* --- reading --- */

/* An absent member is no fault; null is one: a program that lost the name must not mean all. */
static bool read_text(const struct node *map, const char *name, const char **text, struct error *e)
{
	const struct node *node = node_get(map, name);

	*text = node ? node->text : NULL;
	if (!node || (node->kind == NODE_SCALAR && !node->plain))
		return true;
	return error_set(e, ERROR_INVALID, "%u:%u: found %s for '%s', expected a text", node->line,
		node->column,
		node->kind == NODE_SCALAR ? shown(node->text).text : node_describe(node), name);
}

static bool read_kind(const char *word, enum command_kind *kind, struct error *e)
{
	struct nearest nearest = nearest_to(word);

	if (command_kind_of(word, kind))
		return true;
	for (size_t i = 0; i < COUNT(commands); i++)
		nearest_offer(&nearest, commands[i].name);
	return error_set(e, ERROR_INVALID, "unknown command '%s'%s", shown(word).text,
		nearest_hint(&nearest).text);
}

static bool check_members(const struct node *map, enum command_kind kind, struct error *e)
{
	static const char *const all[] = {"command", "stack", "digest", "reason"};

	for (size_t i = 0; i < map->count; i++) {
		const struct node *name = map->names[i];
		struct nearest nearest = nearest_to(name->text);
		bool known = false;

		for (size_t k = 0; k < COUNT(all); k++) {
			known |= node_is(name, all[k]);
			nearest_offer(&nearest, all[k]);
		}
		if (!known)
			return error_set(e, ERROR_INVALID, "%u:%u: unknown member '%s'%s",
				name->line, name->column, shown(name->text).text,
				nearest_hint(&nearest).text);
		if ((node_is(name, "digest") || node_is(name, "reason")) &&
			!text_same(name->text, commands[kind].text))
			return error_set(e, ERROR_INVALID, "%s takes no %s", commands[kind].name,
				name->text);
	}
	return true;
}

/* Memory has digests in small letters. */
static void lower(struct node *digest)
{
	for (size_t i = 0; i < digest->length; i++)
		digest->text[i] = (char)tolower((unsigned char)digest->text[i]);
}

static bool read_command(const struct node *map, struct command *command, struct error *e)
{
	const char *word = NULL;

	if (map->kind != NODE_MAP)
		return error_set(
			e, ERROR_INVALID, "found %s, expected an object", node_describe(map));
	if (!read_text(map, "command", &word, e))
		return false;
	if (!word)
		return error_set(e, ERROR_INVALID, "the member 'command' is missing");
	if (!read_kind(word, &command->kind, e) || !check_members(map, command->kind, e) ||
		!read_text(map, "stack", &command->stack, e))
		return false;

	const char *text = commands[command->kind].text;

	return (!text || read_text(map, text, &command->text, e)) && command_check(command, e);
}

bool command_parse(const char *bytes, size_t length, struct command_request *out, struct error *e)
{
	*out = (struct command_request){.tree = document_json(bytes, length, &limits, e)};
	if (!out->tree || !read_command(out->tree, &out->command, e))
		return false;
	if (out->command.kind == COMMAND_APPROVE)
		lower(node_get(out->tree, "digest"));
	return true;
}

void command_request_done(struct command_request *request)
{
	node_free(take(request->tree));
}

/* --- writing, and the answer --- */

static void add_member(const char *name, const char *value, struct text *out)
{
	text_format(out, ", \"%s\": ", name);
	text_add_json(out, value, strlen(value));
}

void command_write(const struct command *command, struct text *out)
{
	text_format(out, "{\"command\": \"%s\"", commands[command->kind].name);
	if (command->stack)
		add_member("stack", command->stack, out);
	if (command->text && commands[command->kind].text)
		add_member(commands[command->kind].text, command->text, out);
	text_add_char(out, '}');
}

void answer_write(enum answer_code code, const char *text, struct text *out)
{
	AUTO_DONE(text_done) struct text harmless = {0};

	harmless_add(&harmless, text);
	text_format(out, "{\"answer\": \"%s\"", answers[code]);
	add_member("text", text_string(&harmless), out);
	text_add_char(out, '}');
}

bool answer_parse(
	const char *bytes, size_t length, enum answer_code *code, char **text, struct error *e)
{
	AUTO(node_free) struct node *tree = document_json(bytes, length, &limits, e);
	const char *word = NULL, *said = NULL;

	if (!tree || !read_text(tree, "answer", &word, e) || !read_text(tree, "text", &said, e))
		return false;
	for (size_t i = 0; i < COUNT(answers); i++)
		if (word && said && strcmp(answers[i], word) == 0) {
			*code = (enum answer_code)i;
			*text = xstrdup(said);
			return true;
		}
	return error_set(e, ERROR_INVALID, "found no answer, expected one of stackd's");
}
