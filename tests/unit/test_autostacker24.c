#include "stack/template.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "support.h"

static const struct {
	const char *path, *text;
} files[] = {
	{"dir/boot.sh", "echo @Cluster\n"},
	{"dir/empty", ""},
	{"dir/name", "Name"},
	{"dir/at", "a@@b"},
	{"dir/nested", "<@{file://boot.sh}>@file://sub/deep"},
	{"dir/sub/deep", "deep @{file://name}"},
	{"dir/loop", "x @file://loop2"},
	{"dir/loop2", "y\n  @file://loop "},
	{"dir/broken", "one\ntw\xc3\xb6 @{A x"},
	{"dir/latin", "one\ntw\xf6"},
	{"dir/spaced name", "spaced"},
	{"/abs/file", "absolute"},
	{"dir/sub/../boot.sh", ""},
	{"dir/http:/x", "url"},
};

static bool include(
	void *owner, const char *path, const char **bytes, size_t *length, struct error *e)
{
	struct texts *asked = owner;

	if (asked)
		texts_add(asked, path);
	for (size_t i = 0; i < COUNT(files); i++)
		if (strcmp(files[i].path, path) == 0) {
			*bytes = files[i].text;
			*length = strlen(files[i].text);
			return true;
		}
	if (strstr(path, "unreadable"))
		return error_set(e, ERROR_INVALID, "cannot read '%s': Permission denied", path);
	return false;
}

static struct template *parse(const char *text, struct texts *asked, struct error *e)
{
	return template_parse("dir/t.yaml", text, strlen(text), 0, include, asked, e);
}

/* The value of R in a template whose R is this text, quoted. */
static void check_value(const char *value, const char *expected)
{
	struct text template = {0};
	struct error e = {0};

	text_add(&template, "# AutoStacker24\nR: ");
	text_add_json(&template, value, strlen(value));
	AUTO(free_text) char *text = text_take(&template);
	AUTO(free_text) char *body = xasprintf("{\"R\":%s}", expected);
	AUTO(template_free) struct template *parsed = parse(text, NULL, &e);

	if (!parsed)
		fail_msg("%s: %s", value, e.text);
	if (strcmp(parsed->body, body) != 0)
		fail_msg("%s: %s, expected %s", value, parsed->body, body);
}

#define REF(name) "{\"Ref\":\"" name "\"}"
#define JOIN(parts) "{\"Fn::Join\":[\"\",[" parts "]]}"
#define GET(name, attribute) "{\"Fn::GetAtt\":[\"" name "\",\"" attribute "\"]}"
#define FIND(map, first, second) "{\"Fn::FindInMap\":[\"" map "\"," first "," second "]}"

static const struct {
	const char *text, *expected;
} values[] = {
	/* what the gem's own tests say */
	{"", "\"\""},
	{"hullebulle", "\"hullebulle\""},
	{"hullebulle[bla]::x.y", "\"hullebulle[bla]::x.y\""},
	{"hullebulle@@bla.com", "\"hullebulle@bla.com\""},
	{"@@hullebulle@@bla.com@@", "\"@hullebulle@bla.com@\""},
	{"@Param", REF("Param")},
	{"@AWS::Param", REF("AWS::Param")},
	{"bla @Param-blub", JOIN("\"bla \"," REF("Param") ",\"-blub\"")},
	{"@Param.attr1.attr2", GET("Param", "attr1.attr2")},
	{"bla @Param.attr bla", JOIN("\"bla \"," GET("Param", "attr") ",\" bla\"")},
	{"@MyMap[Top, Second]", FIND("MyMap", "\"Top\"", "\"Second\"")},
	{"@MyMap[  Top  ,Second  ]bla", JOIN(FIND("MyMap", "\"Top\"", "\"Second\"") ",\"bla\"")},
	{"@Env[Second]", FIND("EnvMap", REF("Env"), "\"Second\"")},
	{"@Map[@Top, @Second]", FIND("Map", REF("Top"), REF("Second"))},
	{"@Map[@SubMap[@i2, second], @Second]",
		FIND("Map", FIND("SubMap", REF("i2"), "\"second\""), REF("Second"))},
	{"@m1[  @m2[ @i , j ],  @k  ]", FIND("m1", FIND("m2", REF("i"), "\"j\""), REF("k"))},
	{"@file", REF("file")},
	{"@{subdomain}.example.com.", JOIN(REF("subdomain") ",\".example.com.\"")},
	/* names, attributes and keys */
	{"@A_1b", REF("A_1b")},
	{"@1", REF("1")},
	{"@A::B::C", JOIN(REF("A::B") ",\"::C\"")},
	{"@A:B", JOIN(REF("A") ",\":B\"")},
	{"@A::", JOIN(REF("A") ",\"::\"")},
	{"@A\xc3\xa4", JOIN(REF("A") ",\"\xc3\xa4\"")},
	{"@A-B", JOIN(REF("A") ",\"-B\"")},
	{"@A.b.", JOIN(GET("A", "b") ",\".\"")},
	{"@A..b", JOIN(REF("A") ",\"..b\"")},
	{"@A::B.c", GET("A::B", "c")},
	{"@A.b[c]", JOIN(GET("A", "b") ",\"[c]\"")},
	{"@A [b]", JOIN(REF("A") ",\" [b]\"")},
	{"@A[@B.c]", FIND("AMap", REF("A"), GET("B", "c"))},
	{"@A[\n\tb\n]", FIND("AMap", REF("A"), "\"b\"")},
	{"@AWS::Region[x]", FIND("AWS::RegionMap", REF("AWS::Region"), "\"x\"")},
	/* braces */
	{"@{A}b", JOIN(REF("A") ",\"b\"")},
	{"@{A.b}.c", JOIN(GET("A", "b") ",\".c\"")},
	{"@{A[b]}[c]", JOIN(FIND("AMap", REF("A"), "\"b\"") ",\"[c]\"")},
	{"@{M[@A, @B]}", FIND("M", REF("A"), REF("B"))},
	/* @ that stays */
	{"@", "\"@\""},
	{"a @ b @. @- c@", "\"a @ b @. @- c@\""},
	{"@@", "\"@\""},
	{"@@@", "\"@@\""},
	{"@@N", "\"@N\""},
	{"@@@N", JOIN("\"@\"," REF("N"))},
	{"@@@@N", "\"@@N\""},
	{"@@{N}", "\"@{N}\""},
	{"@A@B", JOIN(REF("A") "," REF("B"))},
	{"@A@@B", JOIN(REF("A") ",\"@B\"")},
	{"@A@", JOIN(REF("A") ",\"@\"")},
	{"@\xc3\xa4", "\"@\xc3\xa4\""},
	/* files */
	{"@file://boot.sh", JOIN("\"echo \"," REF("Cluster") ",\"\\n\"")},
	{"@file://./sub/../boot.sh", "\"\""},
	{"<@file://name >", "\"<Name >\""},
	{"<@file://name@>", "\"<Name>\""},
	{"<@file://name@@B", JOIN("\"<Name\"," REF("B"))},
	{"<@{file://name}>", "\"<Name>\""},
	{"@file://name@@file://name", "\"NameName\""},
	{"@@@file://name", "\"@Name\""},
	{"@@file://name", "\"@file://name\""},
	{"@@{file://name}", "\"@{file://name}\""},
	{"@A@file://name", JOIN(REF("A") ",\"Name\"")},
	{"@A@file://empty@.b", JOIN(REF("A") ",\".b\"")},
	{"@{file://empty}", "\"\""},
	{"a@{file://empty}b", "\"ab\""},
	{"@{file://at}", "\"a@b\""},
	{"@{file://spaced name}", "\"spaced\""},
	{"@file:///abs/file\n", "\"absolute\\n\""},
	{"@file://nested", JOIN("\"<echo \"," REF("Cluster") ",\"\\n>deep Name\"")},
	{"@file:/x", JOIN(REF("file") ",\":/x\"")},
	{"@{file://http://x}", "\"url\""},
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(values); i++)
		check_value(values[i].text, values[i].expected);
}

static void check_template(const char *text, const char *expected)
{
	struct error e = {0};
	AUTO(template_free) struct template *template = parse(text, NULL, &e);

	if (!template)
		fail_msg("%s: %s", text, e.text);
	assert_string_equal(template->body, expected);

	struct digest sent = template_canonical(template->body, template->body_length);

	assert_true(digest_equal(&sent, &template->canonical));
}

static const struct {
	const char *what, *text, *expected;
} templates[] = {
	{"names and quoted or tagged text have no type",
		"# AutoStacker24\n\"@A\": [\"1\", '~', !!str yes, !Foo 1]\nB: |-\n  2\n",
		"{\"@A\":[\"1\",\"~\",\"yes\",{\"Fn::Foo\":\"1\"}],\"B\":\"2\"}"},
	{"plain YAML has types",
		"#AutoStacker24\nA: [yes, Off, TRUE, ~, null, 1, -1.50, 1e3, 017, 0x1f, 1:30]\n",
		"{\"A\":[true,false,true,null,null,1,-1.50,\"1e3\",\"017\",\"0x1f\",\"1:30\"]}"},
	{"dates, hashes and long numbers",
		"# AutoStacker24\nA: [2010-09-09, 12e5, 012345678901, 123456789012345678901]\n",
		"{\"A\":[\"2010-09-09\",\"12e5\",\"012345678901\",123456789012345678901]}"},
	{"nothing as a value", "# AutoStacker24\nA:\nB: ''\n", "{\"A\":null,\"B\":\"\"}"},
	{"an expression in plain text", "# AutoStacker24\nA: v_@B\n",
		"{\"A\":{\"Fn::Join\":[\"\",[\"v_\",{\"Ref\":\"B\"}]]}}"},
	{"short tags", "# AutoStacker24\nA: !GetAtt B.C.D\nE: !GetAtt [B, C]\nF: !Condition G\n",
		"{\"A\":{\"Fn::GetAtt\":[\"B\",\"C.D\"]},\"E\":{\"Fn::GetAtt\":[\"B\",\"C\"]},"
		"\"F\":{\"Condition\":\"G\"}}"},
	{"an expression behind a tag", "# AutoStacker24\nA: !Base64 \"@B\"\nC: !Select [1, [x]]\n",
		"{\"A\":{\"Fn::Base64\":{\"Ref\":\"B\"}},\"C\":{\"Fn::Select\":[1,[\"x\"]]}}"},
	{"the full form of GetAtt stays", "# AutoStacker24\nA: {Fn::GetAtt: B.C}\n",
		"{\"A\":{\"Fn::GetAtt\":\"B.C\"}}"},
	{"descriptions and defaults are expanded, too",
		"# AutoStacker24\nDescription: \"a@@b @C\"\n",
		"{\"Description\":{\"Fn::Join\":[\"\",[\"a@b \",{\"Ref\":\"C\"}]]}}"},
	{"UserData at any depth",
		"# AutoStacker24\nA: [{UserData: x}, {UserData: ''}, {UserData: \"@B\"}]\n",
		"{\"A\":[{\"UserData\":{\"Fn::Base64\":\"x\"}},{\"UserData\":{\"Fn::Base64\":\"\"}}"
		","
		"{\"UserData\":{\"Fn::Base64\":{\"Ref\":\"B\"}}}]}"},
	{"UserData that is no text",
		"# AutoStacker24\nA: [{UserData: {B: \"@C\"}}, {UserData: [x]}, {UserData: 1}, "
		"{UserData: !Sub x}, {UserData: }]\n",
		"{\"A\":[{\"UserData\":{\"B\":{\"Ref\":\"C\"}}},{\"UserData\":[\"x\"]},"
		"{\"UserData\":1},{\"UserData\":{\"Fn::Sub\":\"x\"}},{\"UserData\":null}]}"},
	{"comments in JSON",
		"  // AutoStacker24 2.8\n// {\n/* { */ {\"A//\": \"/* \\\" // */\", // x\n"
		"\"B\" /**/ : /***/1.50/* \xc3\xa4\n*/,\"C\":[true,null,\"@D\"]}//",
		"{\"A//\":\"/* \\\" // */\",\"B\":1.50,\"C\":[true,null,{\"Ref\":\"D\"}]}"},
	{"JSON under YAML's marker", "\n# AutoStacker24\n\n{\"A\": \"@B\"}",
		"{\"A\":{\"Ref\":\"B\"}}"},
	{"YAML under JSON's marker", "\t// AutoStacker24\nA: x/*\n", "{\"A\":\"x/*\"}"},
	{"a byte order mark", "\xef\xbb\xbf// AutoStacker24\n{\"A\":1}", "{\"A\":1}"},
	{"Windows' line ends", "# AutoStacker24\r\nA: |\r\n  x\r\n  @B\r\n",
		"{\"A\":{\"Fn::Join\":[\"\",[\"x\\n\",{\"Ref\":\"B\"},\"\\n\"]]}}"},
	{"no marker: another comment first", "# x\n# AutoStacker24\nA: \"@B\"\n",
		"# x\n# AutoStacker24\nA: \"@B\"\n"},
	{"no marker: not at the comment's begin", "# An AutoStacker24\nA: \"@B\"\n",
		"# An AutoStacker24\nA: \"@B\"\n"},
	{"no marker: not a comment", "AutoStacker24: \"@B\"\n", "AutoStacker24: \"@B\"\n"},
};

static void test_templates(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(templates); i++) {
		print_message("# %s\n", templates[i].what);
		check_template(templates[i].text, templates[i].expected);
	}
}

static const struct {
	const char *what, *text, *error;
} faults[] = {
	{"no name in braces", "# AutoStacker24\nA: \"x @{}\"\n",
		"dir/t.yaml:2:9: found '}', expected the name of a parameter or resource; a plain "
		"@ "
		"is written @@"},
	{"space in braces", "# AutoStacker24\nA: \"@{ N }\"", "dir/t.yaml:2:7: found another"},
	{"text in braces", "# AutoStacker24\nA: \"@{A.b[c]}\"",
		"dir/t.yaml:2:10: found '[', expected '}'"},
	{"braces that stay open", "# AutoStacker24\nA: '@{A'",
		"dir/t.yaml:2:8: found the end of the text, expected '}'"},
	{"no key", "# AutoStacker24\nA: [\"@N[]\"]",
		"dir/t.yaml:2:9: found ']', expected a key: a word or @Name"},
	{"no second key", "# AutoStacker24\nA: [\"@N[a,]\"]", "dir/t.yaml:2:11: found ']', "},
	{"three keys", "# AutoStacker24\nA: \"@N[a, b, c]\"",
		"dir/t.yaml:2:12: found ',', expected ']'"},
	{"a key with a dash", "# AutoStacker24\nA: \"@M[eu-west-1, x]\"",
		"dir/t.yaml:2:10: found '-', expected ',' or ']'"},
	{"braces in a key", "# AutoStacker24\nA: \"@M[@{A}, x]\"",
		"dir/t.yaml:2:9: found '{', expected the name"},
	{"plain text", "# AutoStacker24\nA:\n  B: plain@{}\n", "dir/t.yaml:3:13: found '}'"},
	{"a block", "# AutoStacker24\nA: |\n  one\n  tw\xc3\xb6 @{}\n",
		"dir/t.yaml:4:9: found '}'"},
	{"text that starts with a tag", "# AutoStacker24\nA: !Sub 'x @{}'", "dir/t.yaml:2:"},
	{"JSON behind comments", "// AutoStacker24\n{/* \xc3\xa4 */ \"A\": /*\n*/ \"@{}\"}",
		"dir/t.yaml:3:7: found '}'"},
	{"an escape before it: the text's begin", "// AutoStacker24\n{\"A\": \"\\n@{}\"}",
		"dir/t.yaml:2:7: found '}'"},
	{"a comment without an end", "// AutoStacker24\n{\n /* x }",
		"dir/t.yaml:3:2: found a comment without an end"},
	{"broken JSON behind a comment", "// AutoStacker24\n{/**/\"A\" 1}",
		"dir/t.yaml:2:10: found '1', expected ':' after the key"},
	{"broken YAML", "# AutoStacker24\nA: [\nB: }", "dir/t.yaml:3:4: found "},
	{"an alias", "# AutoStacker24\nA: &a 1\nB: *a", "dir/t.yaml:2:4: found an anchor"},
	{"no map", "# AutoStacker24\n- \"@A\"", "dir/t.yaml:2:1: expected a map"},
	{"no path", "# AutoStacker24\nA: \"x@file:// y\"",
		"dir/t.yaml:2:6: found @file:// without a path"},
	{"no path in braces", "# AutoStacker24\nA: \"x@{file://}\"",
		"dir/t.yaml:2:6: found @file:// without a path"},
	{"a path without its brace", "# AutoStacker24\nA: \"@{file://name\"",
		"dir/t.yaml:2:5: found @file:// without a path"},
	{"a fault within a file", "# AutoStacker24\nA: \"@file://broken@ x\"",
		"dir/broken:2:8: found another character, expected '}'"},
	{"a fault behind a file", "# AutoStacker24\nA: \"@file://name@ @{}\"",
		"dir/t.yaml:2:21: found '}'"},
	{"a file as a key", "# AutoStacker24\nA: \"@M[@{file://name}]\"",
		"dir/name:1:1: found an included file, expected a key"},
	{"a file that is no UTF-8", "# AutoStacker24\nA: \"@file://latin\"",
		"dir/latin:2:3: found a byte that is no UTF-8"},
	{"a file that can't be read", "# AutoStacker24\nA: \"@file://unreadable\"",
		"dir/t.yaml:2:5: cannot read 'dir/unreadable': Permission denied"},
	{"a cycle", "# AutoStacker24\nA: \"@file://loop\"",
		"dir/loop2:2:3: found 'dir/loop' included within itself"},
	{"the template itself", "# AutoStacker24\nA: \"@file://t.yaml\"",
		"dir/t.yaml:2:5: found 'dir/t.yaml' included within itself"},
	{"a default that is expanded",
		"# AutoStacker24\nParameters:\n  A: {Type: x, Default: '@B'}",
		"dir/t.yaml:3:25: expected text after 'Parameters.A.Default:', found a map"},
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct error e = {0};
		AUTO(template_free) struct template *template = parse(faults[i].text, NULL, &e);

		if (template || e.kind != ERROR_INVALID || !text_starts(e.text, faults[i].error))
			fail_msg("%s: %s", faults[i].what, e.text);
		assert_null(parse(faults[i].text, NULL, NULL));
	}
}

static void test_too_many_expressions(void **state)
{
	struct text text = {0};
	struct error e = {0};

	(void)state;
	text_add(&text, "# AutoStacker24\nA: '");
	for (int i = 0; i < 300000; i++)
		text_add(&text, "@A");
	text_add(&text, "'\n");
	AUTO(free_text) char *many = text_take(&text);

	assert_null(parse(many, NULL, &e));
	assert_true(text_starts(e.text, "dir/t.yaml:2:100005: found more than 50000 expressions"));
}

static void test_keys_within_keys(void **state)
{
	struct text text = {0};
	struct error e = {0};

	(void)state;
	text_add(&text, "# AutoStacker24\nA: '");
	for (int i = 0; i < 100000; i++)
		text_add(&text, "@A[");
	text_add(&text, "'\n");
	AUTO(free_text) char *deep = text_take(&text);

	assert_null(parse(deep, NULL, &e));
	assert_non_null(strstr(e.text, "too many keys within keys"));
}

static void test_all_missing_files_in_one_pass(void **state)
{
	static const char text[] =
		"# AutoStacker24\n"
		"A: '@file://gone'\n"
		"B: ['x @{file://gone too}', '@file://nested', '@file://gone']\n";
	AUTO_DONE(texts_done) struct texts asked = {0};
	struct error e = {0};

	(void)state;
	assert_null(parse(text, &asked, &e));
	assert_string_equal(
		e.text, "dir/t.yaml:2:5: found 'dir/gone' included, expected it at hand");
	AUTO(free_text) char *paths = texts_join(&asked, " ");

	assert_string_equal(paths, "dir/gone dir/gone too dir/nested dir/boot.sh dir/sub/deep "
				   "dir/name dir/gone");
}

/* Each file includes the next one ten times; its text is kept till the end. */
static bool include_many(
	void *owner, const char *path, const char **bytes, size_t *length, struct error *e)
{
	struct texts *kept = owner;
	struct text text = {0};

	(void)e;
	for (int i = 0; i < 10; i++)
		text_format(&text, "@file://%sx\n", strrchr(path, '/') + 1);
	AUTO(free_text) char *whole = text_take(&text);

	texts_add(kept, whole);
	*bytes = kept->items[kept->count - 1];
	*length = strlen(*bytes);
	return true;
}

/* The same with an end: more files than there may be. */
static bool include_wide(
	void *owner, const char *path, const char **bytes, size_t *length, struct error *e)
{
	if (strlen(path) < strlen("dir/axxx"))
		return include_many(owner, path, bytes, length, e);
	*bytes = "";
	*length = 0;
	return true;
}

static void test_files_without_number(void **state)
{
	static const char text[] = "# AutoStacker24\nA: '@file://a'\n";
	AUTO_DONE(texts_done) struct texts kept = {0};
	struct error e = {0};

	(void)state;
	assert_null(template_parse("dir/t", text, strlen(text), 0, include_many, &kept, &e));
	assert_non_null(strstr(e.text, "more than 32 files deep"));
	assert_null(template_parse("dir/t", text, strlen(text), 0, include_wide, &kept, &e));
	assert_non_null(strstr(e.text, "more than 1000 included files"));
}

static void test_positions_of_parameters(void **state)
{
	struct error e = {0};
	AUTO(template_free)
	struct template *template = parse("// AutoStacker24\n{\"Parameters\": { /* x */ \"A\":\n"
					  "{\"Type\": \"String\", \"NoEcho\": true}},\n"
					  "\"Outputs\": {\"B\": {\"Value\": \"@A\"}}}",
		NULL, &e);

	(void)state;
	assert_non_null(template);
	assert_int_equal(template->parameters[0].line, 2);
	assert_int_equal(template->parameters[0].column, 26);
	assert_true(template->parameters[0].no_echo);
	assert_string_equal(template->outputs.items[0], "B");
}

static bool include_seed(
	void *owner, const char *path, const char **bytes, size_t *length, struct error *e)
{
	(void)e;
	free(*(char **)owner);
	*bytes = *(char **)owner = project_file(path, length);
	return true;
}

/* The gem's output, member for member: the same JSON, written compactly. */
static void test_the_seed(void **state)
{
	static const char *const names[] = {"autostacker24/comments.json",
		"autostacker24/expressions.yaml", "autostacker24/plain.yaml",
		"autostacker24/userdata.yaml", "hubot/ecs-cluster-stack.json",
		"hubot/tatsu-hubot-stack.json"};
	const char *root = getenv("PROJECT_ROOT");
	char seed[PATH_MAX]; /* not allocated: skip() does not come back */

	(void)state;
	snprintf(seed, sizeof(seed), "%s/../shared/seed", root ? root : ".");
	if (access(seed, R_OK) != 0) {
		print_message("# skipped: no ../shared/seed\n");
		skip();
	}
	for (size_t i = 0; i < COUNT(names); i++) {
		AUTO(free_text) char *path = xasprintf("../shared/seed/%s", names[i]);
		AUTO(free_text)
		char *printed = xasprintf("%.*s.expected", (int)(strrchr(path, '.') - path), path);
		AUTO(free_text) char *included = NULL;
		size_t length, expected_length;
		AUTO(free_text) char *bytes = project_file(path, &length);
		AUTO(free_text) char *expected = project_file(printed, &expected_length);
		struct error e = {0};
		AUTO(template_free)
		struct template *template =
			template_parse(path, bytes, length, 0, include_seed, &included, &e);

		if (!template)
			fail_msg("%s", e.text);
		if (!strstr(path, "plain") && expected_length &&
			expected[expected_length - 1] == '\n')
			expected[expected_length - 1] = '\0';
		assert_string_equal(template->body, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_too_many_expressions),
		cmocka_unit_test(test_keys_within_keys),
		cmocka_unit_test(test_all_missing_files_in_one_pass),
		cmocka_unit_test(test_files_without_number),
		cmocka_unit_test(test_positions_of_parameters),
		cmocka_unit_test(test_the_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
