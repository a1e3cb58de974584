#include "base/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct node *reader(
	const char *bytes, size_t length, const struct document_limits *limits, struct error *e);

/* What was read, in one line: plain scalars bare, others in quotes, tags before their node. */
static void sketch(const struct node *node, struct text *out)
{
	if (node->tag)
		text_format(out, "%s ", node->tag);
	if (node->kind == NODE_SCALAR && node->plain)
		text_format(out, "%s", node->length ? node->text : "nothing");
	else if (node->kind == NODE_SCALAR)
		text_add_json(out, node->text, node->length);
	if (node->kind == NODE_SCALAR)
		return;
	text_add(out, node->kind == NODE_MAP ? "{" : "[");
	for (size_t i = 0; i < node->count; i++) {
		text_add(out, i ? ", " : "");
		if (node->kind == NODE_MAP) {
			sketch(node->names[i], out);
			text_add(out, ": ");
		}
		sketch(node->items[i], out);
	}
	text_add(out, node->kind == NODE_MAP ? "}" : "]");
}

struct row {
	const char *sentence;
	const char *source;
	const char *expected; /* the sketch, or how the error's text begins */
	bool fails;
};

#define READ(sentence, source, expected)                                                           \
	{                                                                                          \
		sentence, source, expected, false                                                  \
	}
#define REFUSED(sentence, source, expected)                                                        \
	{                                                                                          \
		sentence, source, expected, true                                                   \
	}

static void check_row(const struct row *row, reader *read)
{
	struct error e = {0};
	AUTO_DONE(text_done) struct text text = {0};
	AUTO(node_free) struct node *root = read(row->source, strlen(row->source), NULL, &e);

	if (root)
		sketch(root, &text);
	if (row->fails && root)
		fail_msg("%s: read as %s", row->sentence, text_string(&text));
	else if (row->fails && !text_starts(e.text, row->expected))
		fail_msg("%s: %s", row->sentence, e.text);
	else if (row->fails && e.kind != ERROR_INVALID)
		fail_msg("%s: the error's kind is %s", row->sentence, error_kind_name(e.kind));
	else if (!row->fails && !root)
		fail_msg("%s: %s", row->sentence, e.text);
	else if (!row->fails && strcmp(text_string(&text), row->expected) != 0)
		fail_msg("%s: read as %s", row->sentence, text_string(&text));
}

static const struct row yaml_rows[] = {
	READ("scalars keep their source text", "[042, yes, 1.10, 22:22, ~, 012345678901]",
		"[042, yes, 1.10, 22:22, ~, 012345678901]"),
	READ("quoted scalars are not plain", "{a: '042', b: \"x\\ty\"}",
		"{a: \"042\", b: \"x\\ty\"}"),
	READ("an empty value is nothing, a quoted one is text", "a:\nb: ''\n",
		"{a: nothing, b: \"\"}"),
	READ("block scalars keep their lines", "a: |\n  x\n  y\nb: >-\n  x\n  y\n",
		"{a: \"x\\ny\\n\", b: \"x y\"}"),
	READ("short tags are kept", "a: !Ref B\nb: !GetAtt [A, B]\nc: !!str 1\n",
		"{a: !Ref B, b: !GetAtt [A, B], c: !!str 1}"),
	READ("a document may have markers and comments", "# c\n---\na: 1\n...\n# end\n", "{a: 1}"),
	READ("a byte order mark is skipped",
		"\xef\xbb\xbf"
		"a: 1",
		"{a: 1}"),
	READ("a quoted << is a key", "{'<<': 1}", "{\"<<\": 1}"),
	READ("%YAML 1.1 and 1.2 are known", "%YAML 1.2\n--- a\n", "a"),
	READ("a % in a text is no directive", "a: \"x\n%TAG y\"\n", "{a: \"x %TAG y\"}"),
	READ("names may be empty or look like numbers", "{'': 1, 2: 3}", "{\"\": 1, 2: 3}"),
	REFUSED("nothing", "", "1:1: found an empty document"),
	REFUSED("only a comment", "# hello\n", "1:1: found an empty document"),
	REFUSED("only a marker", "---\n", "1:1: found an empty document"),
	REFUSED("a key twice", "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n",
		"5:3: found the key 'c' again, already at 3:3: keep one of the two"),
	REFUSED("a key twice, differently quoted", "{a: 1, \"\\x61\": 2}",
		"1:8: found the key 'a' again, already at 1:2"),
	REFUSED("an anchor", "a: &x 1\n", "1:4: found an anchor (&)"),
	REFUSED("an anchor at a list", "a: &x [1]\n", "1:4: found an anchor (&)"),
	REFUSED("an alias", "a: 1\nb: *x\n", "2:4: found an alias (*)"),
	REFUSED("a merge", "a: 1\n<<: {b: 1}\n", "2:1: found a merge (<<)"),
	REFUSED("two documents", "a: 1\n---\nb: 1\n", "2:1: found a second document"),
	REFUSED("a directive behind the document", "a: 1\n...\n%TAG ! a\n---\n",
		"3:1: found a second document"),
	REFUSED("text behind the document", "{a: 1} b\n", "1:8: found more text behind the end"),
	REFUSED("a list as a key", "? [a]\n: 1\n", "1:3: found a list as a map's key"),
	REFUSED("a map as a key", "{{a: 1}: 1}\n", "1:2: found a map as a map's key"),
	REFUSED("an end without a line break", "a: [", "1:5: found no value where one"),
	REFUSED("a colon without a space", "{a:}", "1:3: found ':' without a space behind it"),
	REFUSED("a tab as indentation", "a:\n\tb: 1\n", "2:1: found a tab, expected spaces"),
	REFUSED("a bad indentation", "a:\n  b: 1\n c: 2\n",
		"3:2: found something that is not a key"),
	REFUSED("a: b: c", "a: b: c\n", "1:5: found a second ':'"),
	REFUSED("a ':' that lacks its space", "a:b\nc: d\n",
		"2:2: found a ':' in a text that began on"),
	REFUSED("an unclosed quote", "a: 1\nb: \"x\nc: 2\n",
		"2:4: found a text whose closing quote is missing"),
	REFUSED("an unclosed bracket", "a: [1, 2\nb: 3\n",
		"2:2: found the list in brackets unfinished"),
	REFUSED("an unclosed brace", "a: {b: 1\n", "2:1: found the map in braces unfinished"),
	REFUSED("a text that begins with @", "a: @Name\n",
		"1:4: found a text that begins with '@'"),
	REFUSED("a line without a colon", "a: 1\nfoo\nb: 2\n", "2:1: found text without a ':'"),
	REFUSED("a NUL escape", "a: \"x\\0y\"\n", "1:4: found a text with a NUL in it"),
	REFUSED("a control character", "a: x\x01y\n", "1:5: found the character U+0001"),
	REFUSED("broken UTF-8", "a: 1\nb: x\xff\n", "2:5: found the byte 0xff, expected UTF-8"),
	REFUSED("an overlong sequence", "a: \xc0\x80", "1:4: found the byte 0xc0, expected UTF-8"),
	REFUSED("UTF-16",
		"\xff\xfe"
		"a",
		"1:1: found UTF-16, expected UTF-8"),
	REFUSED("a %TAG directive", "# c\n%TAG !e! !x\n--- !e!y a\n",
		"2:1: found a %TAG directive"),
};

/* Where libyaml and PyYAML differ; the answer that is ours. */
static const struct row yaml_choices[] = {
	READ("ours is libyaml's: a tab may stand between a key's colon and its value", "a:\tb\n",
		"{a: b}"),
	READ("ours is libyaml's: a tab may stand before a comment", "a: b\t# c\n", "{a: b}"),
	READ("ours is libyaml's: a tab may stand between a list's items", "[a,\tb]", "[a, b]"),
	REFUSED("ours is libyaml's: YAML has no surrogate pairs", "a: \"\\ud83d\\ude00\"\n",
		"1:7: found an escape that is no character"),
	REFUSED("ours is libyaml's: %YAML 1.3 is not known", "%YAML 1.3\n---\na: 1\n",
		"1:1: found a %YAML version that is not known"),
	REFUSED("ours alone: %TAG is refused", "%TAG ! !x\n---\na: 1\n",
		"1:1: found a %TAG directive"),
};

static const struct row json_rows[] = {
	READ("everything JSON has", " {\"a\": [1, -2.50e+3, true, false, null, \"x\"], \"b\": {}} ",
		"{\"a\": [1, -2.50e+3, true, false, null, \"x\"], \"b\": {}}"),
	READ("numbers are exact", "[9007199254740993, 1.10, 1E400, -0, 0.1000000000000000055]",
		"[9007199254740993, 1.10, 1E400, -0, 0.1000000000000000055]"),
	READ("surrogate pairs become characters", "[\"\\ud83d\\ude00\", \"\\u00e9\\u20ac\"]",
		"[\"\xf0\x9f\x98\x80\", \"\xc3\xa9\xe2\x82\xac\"]"),
	READ("escapes become characters", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
		"[\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\"]"),
	READ("tabs separate", "{\t\"a\"\t:\t1\t}", "{\"a\": 1}"),
	READ("a scalar is a document", "\"x\"", "\"x\""),
	READ("a byte order mark is skipped", "\xef\xbb\xbf[]", "[]"),
	READ("<< is a key like any other", "{\"<<\": 1}", "{\"<<\": 1}"),
	REFUSED("nothing", " ", "1:2: found the end of the document, expected a value"),
	REFUSED("a key twice", "{\"a\": 1,\n \"\\u0061\": 2}",
		"2:2: found the key 'a' again, already at 1:2: keep one of the two"),
	REFUSED("a tab in a text", "[\"a\tb\"]", "1:4: found a tab inside of a text, expected \\t"),
	REFUSED("a line break in a text", "[\"a\nb\"]", "1:4: found a line break inside of a text"),
	REFUSED("a NUL escape", "[\"a\\u0000\"]", "1:4: found \\u0000"),
	REFUSED("half a surrogate pair", "[\"\\ud83d\"]",
		"1:3: found \\ud83d, half of a surrogate"),
	REFUSED("the second half first", "[\"\\ude00\\ud83d\"]",
		"1:3: found \\ude00, half of a surrogate"),
	REFUSED("two first halves", "[\"\\ud83d\\ud83d\"]", "1:3: found \\ud83d, half of"),
	REFUSED("an unknown escape", "[\"\\x41\"]", "1:4: found 'x', expected one of \""),
	REFUSED("a short escape", "[\"\\u12\"]", "1:7: found '\"', expected four hex digits"),
	REFUSED("a comma too many in a list", "[1,\n]", "2:1: found ']', expected another one"),
	REFUSED("a comma too many in a map", "{\"a\": 1,}", "1:9: found '}', expected another one"),
	REFUSED("a comma missing", "{\"a\": 1 \"b\": 2}", "1:9: found '\"', expected ',' or '}'"),
	REFUSED("a colon missing", "{\"a\" 1}", "1:6: found '1', expected ':' after the key"),
	REFUSED("a bare key", "{a: 1}", "1:2: found 'a', expected a key in double quotes"),
	REFUSED("single quotes", "{'a': 1}", "1:2: found ', expected a key in double quotes: JSON"),
	REFUSED("a comment", "{ // x\n}",
		"1:3: found '/', expected a key in double quotes: JSON has"),
	REFUSED("a leading zero", "[01]", "1:2: found a malformed number"),
	REFUSED("a bare minus", "[-]", "1:2: found a malformed number"),
	REFUSED("a dot without digits", "[1.]", "1:2: found a malformed number"),
	REFUSED("NaN", "[NaN]", "1:2: found a word, expected a value"),
	REFUSED("True", "[True]", "1:2: found a word, expected a value"),
	REFUSED("an unclosed text", "{\n \"a", "2:2: found a text whose closing \" is missing"),
	REFUSED("an unclosed list", "[1",
		"1:3: found the end of the document, expected ',' or ']'"),
	REFUSED("trailing junk", "{} x", "1:4: found 'x', expected the end of the document"),
	REFUSED("two documents", "{}\n{}", "2:1: found '{', expected the end of the document"),
	REFUSED("columns count characters", "[\"\xc3\xa9\xf0\x9f\x98\x80\" x]",
		"1:7: found 'x', expected ',' or ']'"),
	REFUSED("broken UTF-8", "[\"\xed\xa0\x80\"]", "1:3: found the byte 0xed, expected UTF-8"),
	REFUSED("each way to end a line counts once", "[\r\n1,\r2,\n x]",
		"4:2: found 'x', expected a value"),
};

static void test_yaml(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(yaml_rows); i++)
		check_row(&yaml_rows[i], document_yaml);
}

static void test_yaml_where_readers_differ(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(yaml_choices); i++)
		check_row(&yaml_choices[i], document_yaml);
}

static void test_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(json_rows); i++)
		check_row(&json_rows[i], document_json);
}

static void test_the_first_character_chooses(void **state)
{
	static const struct row rows[] = {
		READ("a brace begins JSON", "\n {\"a\": 1}", "{\"a\": 1}"),
		REFUSED("a brace begins JSON, not YAML", "{a: 1}",
			"1:2: found 'a', expected a key"),
		READ("a byte order mark is no character", "\xef\xbb\xbf{\"a\": 1}", "{\"a\": 1}"),
		READ("a bracket begins JSON", "[\"a\", 1]", "[\"a\", 1]"),
		READ("a letter begins YAML", "a: 1", "{a: 1}"),
		READ("a quote begins YAML", "\"a\": 1\nb: 2", "{\"a\": 1, b: 2}"),
		READ("a minus begins YAML", "- 1", "[1]"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i], document_parse);
}

static void test_positions(void **state)
{
	static const char yaml[] = "a: 1\n\xc3\xa9: # x\n  - !Ref b\n  - \"c\"\n";
	static const char json[] = "{\"a\": 1,\r\n \"\xc3\xa9\": [ {\"b\": 2},\n\"c\" ]}";
	AUTO(node_free) struct node *y = document_yaml(yaml, strlen(yaml), NULL, NULL);
	AUTO(node_free) struct node *j = document_json(json, strlen(json), NULL, NULL);

	(void)state;
	const struct node *list = node_get(y, "\xc3\xa9");
	assert_int_equal(y->line * 100 + y->column, 101);
	assert_int_equal(node_name(y, "\xc3\xa9")->line, 2);
	assert_int_equal(list->line * 100 + list->column, 303);
	assert_int_equal(list->items[0]->line * 100 + list->items[0]->column, 305);
	assert_int_equal(list->items[1]->line * 100 + list->items[1]->column, 405);
	list = node_get(j, "\xc3\xa9");
	assert_int_equal(list->line * 100 + list->column, 207);
	assert_int_equal(list->items[0]->line * 100 + list->items[0]->column, 209);
	assert_int_equal(list->items[1]->line * 100 + list->items[1]->column, 301);
}

static void test_places_within_texts(void **state)
{
	static const char source[] =
		"a: plain @x\n\xc3\xa9: \"quo\xc3\xa9 @x\"\nb: |\n   one\n   two @x\n"
		"c: \"esc\\x20@x\"\nd: !Ref tag@x\ne: >\n  folded\n  @x\n";
	static const struct {
		const char *sentence, *key;
		unsigned line, column;
	} rows[] = {
		{"a plain text", "a", 1, 10},
		{"a quoted text; columns are characters", "\xc3\xa9", 2, 10},
		{"a block's line", "b", 5, 8},
		{"where escapes hide it, the text's begin", "c", 6, 4},
		{"where a tag stands before it, the tag", "d", 7, 4},
		{"where lines were folded, the text's begin", "e", 8, 4},
	};
	AUTO(node_free) struct node *root = document_yaml(source, strlen(source), NULL, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct node *node = node_get(root, rows[i].key);
		size_t offset = (size_t)(strchr(node->text, '@') - node->text);
		struct place place = node_place(node, offset, source, strlen(source), 0);

		if (place.line != rows[i].line || place.column != rows[i].column)
			fail_msg("%s: %u:%u", rows[i].sentence, place.line, place.column);
	}
}

static void test_lines_above_are_added(void **state)
{
	struct document_limits limits = {1000, 64, 1000, 10};
	struct error e = {0};
	AUTO(node_free) struct node *root = document_yaml("a:\n  b", 6, &limits, &e);

	(void)state;
	assert_int_equal(node_get(root, "a")->line, 12);
	assert_null(document_yaml("a: 1\na: 2", 9, &limits, &e));
	assert_string_equal(e.text,
		"12:1: found the key 'a' again, already at 11:1: keep one of the "
		"two");
	assert_null(document_json("{\n,", 3, &limits, &e));
	assert_string_equal(e.text, "12:1: found ',', expected a key in double quotes");
}

/* `before`, then `piece` so often, then `after`. */
static char *repeated(const char *before, const char *piece, size_t count, const char *after)
{
	struct text text = {0};

	text_add(&text, before);
	for (size_t i = 0; i < count; i++)
		text_add(&text, piece);
	text_add(&text, after);
	return text_take(&text);
}

static void check_ceiling(const char *sentence, reader *read, char *takes, const char *expected)
{
	AUTO(free_text) char *source = takes;
	struct error e = {0};
	AUTO(node_free) struct node *root = read(source, strlen(source), NULL, &e);

	if (!expected && !root)
		fail_msg("%s: %s", sentence, e.text);
	if (expected && (root || !strstr(e.text, expected)))
		fail_msg("%s: %s", sentence, root ? "read" : e.text);
}

static void test_ceilings(void **state)
{
	static const char deep[] = "found more than 64 lists and maps inside each other";
	static const char many[] = "found more than 200000 values";
	char *half = repeated("", "]", 64, "");

	(void)state;
	check_ceiling("64 lists", document_json, repeated("", "[", 64, half), NULL);
	check_ceiling("64 lists in YAML", document_yaml, repeated("", "[", 64, half), NULL);
	check_ceiling("65 lists", document_json, repeated("", "[", 65, half), deep);
	check_ceiling("65 lists in YAML", document_yaml, repeated("", "[", 65, half), deep);
	check_ceiling("100,000 brackets", document_json, repeated("", "[", 100000, ""), deep);
	check_ceiling(
		"100,000 brackets in YAML", document_yaml, repeated("", "[", 100000, ""), deep);
	check_ceiling(
		"100,000 braces in YAML", document_yaml, repeated("", "{a: ", 100000, ""), deep);
	check_ceiling("100,000 dashes", document_yaml, repeated("", "- ", 100000, "x"), deep);
	check_ceiling("100,000 questions", document_yaml, repeated("", "? ", 100000, "x"),
		"expected text");
	check_ceiling("199,999 items", document_json, repeated("[0", ",0", 199998, "]"), NULL);
	check_ceiling("200,000 items", document_json, repeated("[0", ",0", 199999, "]"), many);
	check_ceiling(
		"200,000 items in YAML", document_yaml, repeated("[0", ",0", 199999, "]"), many);
	check_ceiling("1 MiB of text", document_yaml, repeated("", "x", 1024 * 1024, ""), NULL);
	check_ceiling("more", document_yaml, repeated("", "x", 1024 * 1024, "x"),
		"1:1: found 1048577 bytes, expected at most 1048576");
	check_ceiling("200,000 tag directives", document_yaml, repeated("", "%TAG\n", 200000, ""),
		"1:1: found a %TAG directive");
	free(half);
}

static void test_limits_are_the_callers(void **state)
{
	struct document_limits limits = {.bytes = 9, .depth = 1, .nodes = 3};
	struct error e = {0};

	(void)state;
	node_free(document_yaml("[1, 2]", 6, &limits, &e));
	assert_int_equal(e.kind, ERROR_NONE);
	assert_null(document_yaml("[1, [2]]", 8, &limits, &e));
	assert_string_equal(
		e.text, "1:5: found more than 1 lists and maps inside each other: flatten it");
	assert_null(document_yaml("[1, 2, 3]", 9, &limits, &e));
	assert_null(document_yaml("[1, 2, 3 ]", 10, &limits, &e));
	assert_string_equal(e.text, "1:1: found 10 bytes, expected at most 9: make it smaller or "
				    "split it");
}

/* Each name once and each found again; a quadratic look for doubles would take minutes. */
static void test_large_maps(void **state)
{
	enum { MEMBERS = 60000 };
	AUTO_DONE(text_done) struct text text = {0};
	char name[32];

	(void)state;
	for (unsigned i = 0; i < MEMBERS; i++)
		text_format(&text, "k%u: %u\n", i * 7919 % MEMBERS, i * 7919 % MEMBERS);
	AUTO(node_free) struct node *root = document_yaml(text.data, text.length, NULL, NULL);

	assert_non_null(root);
	assert_int_equal(root->count, MEMBERS);
	for (unsigned i = 0; i < MEMBERS; i++) {
		snprintf(name, sizeof(name), "k%u", i);
		assert_true(node_is(node_get(root, name), name + 1));
	}
	assert_null(node_get(root, "k60000"));
	text_add(&text, "k17: again\n");
	assert_null(document_yaml(text.data, text.length, NULL, NULL));
}

static void test_bytes_need_no_end(void **state)
{
	static const char *const cuts[] = {"[\"a\\u00", "[\"\\ud83d\\u", "{\"a\":", "[1,", "-",
		"\"\\", "a: \"", "%TA", "...", "[\r"};

	(void)state;
	for (size_t i = 0; i < COUNT(cuts); i++) { /* under ASan a byte too many is seen */
		size_t length = strlen(cuts[i]);
		char *exact = xmalloc(length);

		memcpy(exact, cuts[i], length);
		assert_null(document_json(exact, length, NULL, NULL));
		node_free(document_yaml(exact, length, NULL, NULL));
		node_free(document_parse(exact, length, NULL, NULL));
		free(exact);
	}
}

static void test_building(void **state)
{
	AUTO(node_free) struct node *map = node_map(NULL);
	struct node *list = node_list(map);
	AUTO_DONE(text_done) struct text text = {0};
	AUTO_DONE(text_done) struct text copied = {0};

	(void)state;
	node_append(list, node_scalar("1.50", true, NULL));
	node_append(list, node_scalar("007", true, NULL));
	node_append(list, node_scalar("true", false, NULL));
	node_append(list, node_scalar("null", true, NULL));
	node_put(map, "z\"", list);
	node_put(map, "a", node_scalar("", true, NULL));
	node_write_json(map, &text);
	assert_string_equal(text.data, "{\"z\\\"\":[1.50,\"007\",\"true\",null],\"a\":\"\"}");
	AUTO(node_free) struct node *copy = node_copy(map);
	node_write_json(copy, &copied);
	assert_string_equal(text.data, copied.data);
	assert_true(node_is(node_get(copy, "a"), ""));
	assert_null(node_get(list, "a"));
	assert_false(node_is(list, ""));
	assert_string_equal(node_describe(NULL), "nothing");
	assert_string_equal(node_describe(node_get(map, "a")), "nothing");
	assert_string_equal(node_describe(list), "a list");
	assert_string_equal(node_describe(map), "a map");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_yaml_where_readers_differ),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_the_first_character_chooses),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_places_within_texts),
		cmocka_unit_test(test_lines_above_are_added),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_limits_are_the_callers),
		cmocka_unit_test(test_large_maps),
		cmocka_unit_test(test_bytes_need_no_end),
		cmocka_unit_test(test_building),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
