#include "aws/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

#define MINUTE UINT64_C(60000)
#define NOW (UINT64_C(1000000) * MINUTE)
#define ROLE "arn:aws:iam::222222222222:role/deploy"

/* What was told last. */
static struct {
	size_t count;
	const struct identity *identity;
	bool error;
} told;

static void on_changed(void *owner, struct identity *identity, const struct error *error)
{
	(void)owner;
	told.count++;
	told.identity = identity;
	told.error = error != NULL;
}

static struct recipe written(const char *key)
{
	return (struct recipe){.base = RECIPE_KEYS,
		.where = xstrdup("the environment"),
		.keys = {xstrdup(key), xstrdup("secret"), NULL}};
}

static struct recipe container(void)
{
	return (struct recipe){.base = RECIPE_CONTAINER,
		.where = xstrdup("container"),
		.url = xstrdup("http://c/")};
}

static struct identities identities_of(struct recipe recipe)
{
	struct identities identities = {.changed = on_changed};
	struct error none = {0};

	told.count = 0;
	identities_recipe(&identities, &recipe, &none);
	return identities;
}

/* The fetch that is wanted ends with these keys. */
static void deliver(struct identity *identity, const char *key, uint64_t life_ms, uint64_t now_ms)
{
	struct credentials keys = {xstrdup(key), xstrdup("secret"), xstrdup("token")};

	identity_fetched(identity, &keys, now_ms + life_ms, NULL, now_ms, 0);
	assert_null(keys.access_key);
}

static void refuse(struct identity *identity, enum error_kind kind, uint64_t now_ms)
{
	struct error why;

	error_set(&why, kind, "no keys today");
	identity_fetched(identity, NULL, 0, &why, now_ms, 0);
}

static enum identity_state look_at(struct identity *identity, uint64_t now_ms, const char *key)
{
	const struct credentials *keys = NULL;
	struct error e = {0};
	enum identity_state state = identity_look(identity, now_ms, &keys, &e);

	assert_int_equal(state == IDENTITY_READY, keys != NULL);
	assert_int_equal(state == IDENTITY_DENIED, e.kind != ERROR_NONE);
	if (key)
		assert_string_equal(keys->access_key, key);
	return state;
}

static void test_written_keys_are_there_at_once(void **state)
{
	struct identities identities = identities_of(written("OWN"));
	struct identity *own = identities_get(&identities, NULL, NULL);

	(void)state;
	assert_int_equal(look_at(own, NOW, "OWN"), IDENTITY_READY);
	assert_null(identities_wanted(&identities));
	/* There are no others: the refusal stands. */
	assert_int_equal(identity_renew(own, NOW, &own->lease.keys), IDENTITY_DENIED);
	identities_done(&identities);
}

static void test_a_role_is_fetched_once(void **state)
{
	struct identities identities = identities_of(written("OWN"));
	struct identity *role = identities_get(&identities, ROLE, "id-1");

	(void)state;
	assert_ptr_equal(identities_get(&identities, ROLE, "id-1"), role);
	assert_ptr_not_equal(identities_get(&identities, ROLE, NULL), role);
	assert_int_equal(look_at(role, NOW, NULL), IDENTITY_PENDING);
	assert_ptr_equal(identities_wanted(&identities), role);
	assert_string_equal(role->recipe.keys.access_key, "OWN");
	assert_string_equal(role->recipe.hops[0].external_id, "id-1");
	assert_int_equal(look_at(role, NOW, NULL), IDENTITY_PENDING);
	assert_null(identities_wanted(&identities));
	deliver(role, "ROLE1", MINUTE, NOW);
	assert_ptr_equal(told.identity, role);
	assert_false(told.error);
	assert_int_equal(look_at(role, NOW, "ROLE1"), IDENTITY_READY);
	identities_done(&identities);
}

static void test_others_are_fetched_before_they_expire(void **state)
{
	struct identities identities = identities_of(written("OWN"));
	struct identity *role = identities_get(&identities, ROLE, NULL);

	(void)state;
	look_at(role, NOW, NULL);
	identities_wanted(&identities);
	deliver(role, "ROLE1", MINUTE, NOW);
	assert_int_equal(look_at(role, NOW + 44999, "ROLE1"), IDENTITY_READY);
	assert_null(identities_wanted(&identities));
	assert_int_equal(look_at(role, NOW + 45000, "ROLE1"), IDENTITY_READY);
	assert_ptr_equal(identities_wanted(&identities), role);
	assert_int_equal(look_at(role, NOW + 53999, "ROLE1"), IDENTITY_READY);
	assert_null(identities_wanted(&identities));
	assert_int_equal(look_at(role, NOW + 54000, NULL), IDENTITY_PENDING);
	deliver(role, "ROLE2", MINUTE, NOW + 54000);
	assert_int_equal(look_at(role, NOW + 54000, "ROLE2"), IDENTITY_READY);
	identities_done(&identities);
}

static void test_an_answer_that_says_expired(void **state)
{
	struct identities identities = identities_of(written("OWN"));
	struct identity *role = identities_get(&identities, ROLE, NULL);
	AUTO_DONE(credentials_done) struct credentials used = {0};

	(void)state;
	look_at(role, NOW, NULL);
	identities_wanted(&identities);
	deliver(role, "ROLE1", 60 * MINUTE, NOW);
	credentials_copy(&used, &role->lease.keys);
	assert_int_equal(identity_renew(role, NOW + 1, &used), IDENTITY_PENDING);
	assert_ptr_equal(identities_wanted(&identities), role);
	/* A second one that says so waits for the same fetch. */
	assert_int_equal(identity_renew(role, NOW + 2, &used), IDENTITY_PENDING);
	assert_null(identities_wanted(&identities));
	deliver(role, "ROLE2", 60 * MINUTE, NOW + 3);
	assert_int_equal(identity_renew(role, NOW + 4, &used), IDENTITY_READY);
	identities_done(&identities);
}

static void test_what_failed_is_not_tried_at_once(void **state)
{
	struct identities identities = identities_of(written("OWN"));
	struct identity *role = identities_get(&identities, ROLE, NULL);

	(void)state;
	look_at(role, NOW, NULL);
	identities_wanted(&identities);
	refuse(role, ERROR_TRANSIENT, NOW);
	assert_true(told.error);
	assert_int_equal(look_at(role, NOW + 999, NULL), IDENTITY_DENIED);
	assert_null(identities_wanted(&identities));
	assert_int_equal(look_at(role, NOW + 1000, NULL), IDENTITY_PENDING);
	assert_ptr_equal(identities_wanted(&identities), role);
	identities_done(&identities);
}

static void test_a_role_waits_for_the_own_keys(void **state)
{
	struct identities identities = identities_of(container());
	struct identity *role = identities_get(&identities, ROLE, NULL);
	struct identity *own = identities_get(&identities, NULL, NULL);

	(void)state;
	assert_int_equal(look_at(role, NOW, NULL), IDENTITY_PENDING);
	assert_ptr_equal(identities_wanted(&identities), own);
	assert_null(identities_wanted(&identities));
	deliver(own, "OWN1", 60 * MINUTE, NOW);
	assert_int_equal(told.count, 2); /* it, and the role */
	assert_int_equal(look_at(role, NOW, NULL), IDENTITY_PENDING);
	assert_ptr_equal(identities_wanted(&identities), role);
	/* Where STS denies the role, the own keys may be what is wrong: others are fetched soon. */
	refuse(role, ERROR_DENIED, NOW + 1);
	assert_int_equal(look_at(own, NOW + 2, "OWN1"), IDENTITY_READY);
	assert_ptr_equal(identities_wanted(&identities), own);
	identities_done(&identities);
}

static void test_another_recipe(void **state)
{
	struct identities identities = identities_of(written("OWN"));
	struct identity *own = identities_get(&identities, NULL, NULL);
	struct recipe same = written("OWN"), other = written("OTHER"), nothing = {0};
	struct error why = {0};
	unsigned version = identities.version;

	(void)state;
	look_at(own, NOW, "OWN");
	identities_recipe(&identities, &same, &why);
	assert_int_equal(identities.version, version);
	identities_recipe(&identities, &other, &why);
	assert_int_equal(look_at(own, NOW, "OTHER"), IDENTITY_READY);
	error_set(&why, ERROR_DENIED, "no profile");
	identities_recipe(&identities, &nothing, &why);
	assert_int_equal(look_at(own, NOW, NULL), IDENTITY_DENIED);
	identities_done(&identities);
}

static void test_accounts(void **state)
{
	struct identities identities = identities_of(written("OWN"));
	struct identity *own = identities_get(&identities, NULL, NULL);
	AUTO_DONE(texts_done) struct texts allowed = {0};
	struct error e = {0};

	(void)state;
	assert_false(account_matters(&allowed, CALL_CREATE_STACK));
	for (unsigned i = 1; i <= 4; i++) {
		AUTO(free_text) char *account = xasprintf("%u", i);

		texts_add(&allowed, account);
	}
	assert_true(account_matters(&allowed, CALL_CREATE_STACK));
	assert_false(account_matters(&allowed, CALL_DESCRIBE_STACKS));
	assert_true(account_allowed(&allowed, "4", &e));
	assert_false(account_allowed(&allowed, "5", &e));
	assert_int_equal(e.kind, ERROR_DENIED);
	assert_string_equal(e.text, "the credentials are of account 5, which AllowedAccounts= "
				    "doesn't have, only 1, 2, 3, ...");
	assert_null(identity_account(own, "OWN"));
	identity_set_account(own, "OWN", "4");
	assert_string_equal(identity_account(own, "OWN"), "4");
	assert_null(identity_account(own, "ANOTHER"));
	identities_forget_accounts(&identities);
	assert_null(identity_account(own, "OWN"));
	identities_done(&identities);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written_keys_are_there_at_once),
		cmocka_unit_test(test_a_role_is_fetched_once),
		cmocka_unit_test(test_others_are_fetched_before_they_expire),
		cmocka_unit_test(test_an_answer_that_says_expired),
		cmocka_unit_test(test_what_failed_is_not_tried_at_once),
		cmocka_unit_test(test_a_role_waits_for_the_own_keys),
		cmocka_unit_test(test_another_recipe),
		cmocka_unit_test(test_accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
