/* config/manifest.schema.json, for editors, knows the keys that stackd knows. What it says of their
 * values is held against stackd in tests/integration/test_schema.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/document.h"
#include "stack/manifest.h"
#include "support.h"

static void test_keys(void **state)
{
	struct error e = {0};
	size_t length, count = 0;
	AUTO(free_text) char *text = project_file("config/manifest.schema.json", &length);
	AUTO(node_free) struct node *schema = document_json(text, length, NULL, &e);
	const struct node *keys;

	(void)state;
	if (!schema)
		fail_msg("manifest.schema.json:%s", e.text);
	keys = node_get(schema, "properties");
	assert_non_null(keys);
	for (; manifest_key(count); count++)
		if (!node_get(keys, manifest_key(count)))
			fail_msg("the schema doesn't know '%s'", manifest_key(count));
	assert_int_equal(keys->count, count);
	assert_true(node_is(node_get(schema, "additionalProperties"), "false"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
