#include "engine/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct record full(void)
{
	struct digest digest = digest_of("wanted", 6);
	struct record record = {.created = true,
		.adopted = true,
		.listed = true,
		.on_removal = ON_REMOVAL_DELETE,
		.removal_by_settings = true,
		.removal_held = true,
		.rules = {true, true, APPLY_NEVER, GUARD_NONE},
		.attempts = 2,
		.continues = 3,
		.continued = digest,
		.rest = digest,
		.rest_foreign_ms = 11,
		.ssm_ms = 12,
		.ssm_changed = true,
		.not_before_ms = 1795000000123,
		.foreign_ms = 7,
		.reverts_ms = {5, 4},
		.orphans_ms = 9,
		.failed = digest};
	struct record_operation *operation = &record.operation;

	record.region = xstrdup("eu-west-1");
	record.name = xstrdup("app");
	record.manifest = xstrdup("app");
	record.folder = xstrdup("/etc/stackd");
	record.stack_id = xstrdup("arn:aws:cloudformation:eu-west-1:1:stack/app/1");
	record.cause = xstrdup("Topic: \"no\"\n");
	record_mark_set(&record.template, "UPDATE_COMPLETE 1", &digest);
	record_mark_set(&record.verdict, "UPDATE_COMPLETE 2", &digest);
	record_mark_set(&record.settled, "UPDATE_COMPLETE 3", &digest);
	pairs_add(&record.secrets, "Password", "00ff");
	texts_add(&record.orphans, "stackd-review-1");
	texts_add(&record.parents, "eu-west-1/base");
	record.suspended = xstrdup("we look into it");
	record.wreck = xstrdup("UPDATE_ROLLBACK_FAILED 4");
	record.approved =
		(struct record_approval){.digest = digest, .change_set = xstrdup("arn:aws:x")};
	operation->kind = OPERATION_UPDATE;
	operation->step = STEP_FOLLOW;
	operation->token = xstrdup("0123456789abcdef");
	operation->reason = xstrdup("parameter A: 1 -> 2");
	operation->change_set = xstrdup("arn:aws:cloudformation:x");
	operation->updated = xstrdup("2026-11-24T00:00:00Z");
	operation->event = xstrdup("event");
	operation->ended = xstrdup("UPDATE_COMPLETE");
	operation->cause = xstrdup("Topic failed");
	operation->unanswered = operation->look = true;
	operation->held = xstrdup("would replace Table");
	operation->judged = xstrdup("stateful auto");
	operation->approval = digest;
	operation->digest = operation->template = digest;
	operation->started_ms = 1795000000000;
	pairs_add(&operation->secrets, "Password", "11ee");
	return record;
}

static void check_members(const struct record *back, const struct record *record)
{
	assert_int_equal(back->created, record->created);
	assert_int_equal(back->adopted, record->adopted);
	assert_int_equal(back->listed, record->listed);
	assert_int_equal(back->on_removal, record->on_removal);
	assert_int_equal(back->removal_by_settings, record->removal_by_settings);
	assert_true(back->rules.apply_given && back->rules.guard_given);
	assert_int_equal(back->rules.apply, record->rules.apply);
	assert_int_equal(back->rules.guard, record->rules.guard);
	assert_string_equal(back->folder, record->folder);
	assert_int_equal(back->removal_held, record->removal_held);
	assert_true(texts_equal(&back->parents, &record->parents));
	assert_true(texts_equal(&back->orphans, &record->orphans));
	assert_true(pairs_equal(&back->secrets, &record->secrets));
	assert_string_equal(back->suspended, record->suspended);
	assert_string_equal(back->wreck, record->wreck);
	assert_string_equal(back->cause, record->cause);
	assert_string_equal(back->approved.change_set, record->approved.change_set);
	assert_true(digest_equal(&back->approved.digest, &record->approved.digest));
	assert_true(digest_equal(&back->failed, &record->failed));
	assert_true(digest_equal(&back->continued, &record->continued));
	assert_true(digest_equal(&back->rest, &record->rest));
	assert_int_equal(back->attempts, record->attempts);
	assert_int_equal(back->continues, record->continues);
	assert_int_equal(back->not_before_ms, record->not_before_ms);
	assert_int_equal(back->rest_foreign_ms, record->rest_foreign_ms);
	assert_int_equal(back->ssm_ms, record->ssm_ms);
	assert_int_equal(back->ssm_changed, record->ssm_changed);
	assert_int_equal(back->foreign_ms, record->foreign_ms);
	assert_int_equal(back->orphans_ms, record->orphans_ms);
	assert_int_equal(back->reverts_ms[0], record->reverts_ms[0]);
	assert_int_equal(back->reverts_ms[1], record->reverts_ms[1]);
	assert_true(record_mark_is(&back->verdict, record->verdict.version, &back->failed));
	assert_true(record_mark_is(&back->settled, record->settled.version, &back->failed));
}

static void check_operation(
	const struct record_operation *back, const struct record_operation *operation)
{
	assert_int_equal(back->kind, operation->kind);
	assert_int_equal(back->step, operation->step);
	assert_int_equal(back->unanswered, operation->unanswered);
	assert_int_equal(back->look, operation->look);
	assert_string_equal(back->token, operation->token);
	assert_string_equal(back->change_set, operation->change_set);
	assert_string_equal(back->updated, operation->updated);
	assert_string_equal(back->event, operation->event);
	assert_string_equal(back->ended, operation->ended);
	assert_string_equal(back->cause, operation->cause);
	assert_string_equal(back->held, operation->held);
	assert_string_equal(back->judged, operation->judged);
	assert_true(digest_equal(&back->approval, &operation->approval));
	assert_true(digest_equal(&back->digest, &operation->digest));
	assert_true(digest_equal(&back->template, &operation->template));
	assert_true(pairs_equal(&back->secrets, &operation->secrets));
	assert_int_equal(back->started_ms, operation->started_ms);
}

/* All that is written comes back, and a second writing gives the same text. */
static void test_round_trip(void **state)
{
	struct record record = full(), back = {0};
	AUTO(free_text) char *text = record_write(&record);
	AUTO(free_text) char *again = NULL;
	struct error e = {0};

	(void)state;
	assert_true(record_read(text, &back, &e));
	again = record_write(&back);
	assert_string_equal(again, text);
	check_members(&back, &record);
	check_operation(&back.operation, &record.operation);
	record_done(&record);
	record_done(&back);
}

/* Each kind and each step has a word of its own. */
static void test_words(void **state)
{
	struct error e = {0};

	(void)state;
	for (int kind = OPERATION_CREATE; kind < OPERATION_KIND_COUNT; kind++) {
		for (int step = 0; step < OPERATION_STEP_COUNT; step++) {
			struct record record = full(), back = {0};

			record.operation.kind = (enum operation_kind)kind;
			record.operation.step = (enum operation_step)step;
			AUTO(free_text) char *text = record_write(&record);

			assert_true(record_read(text, &back, &e));
			assert_int_equal(back.operation.kind, kind);
			assert_int_equal(back.operation.step, step);
			record_done(&record);
			record_done(&back);
		}
	}
}

/* What an earlier version wrote, or nobody could mean: the careful reading of it. */
static void test_careful(void **state)
{
	struct record record = {0};
	struct error e = {0};

	(void)state;
	assert_true(record_read("{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"on_removal\":"
				"\"burn\",\"attempts\":4294967296,\"reverts_ms\":[1e300,-1],"
				"\"not_before_ms\":1e300,\"approved\":{}}",
		&record, &e));
	assert_int_equal(record.on_removal, ON_REMOVAL_KEEP);
	assert_false(record.created || record.adopted || record.removal_held);
	assert_false(record.rules.apply_given || record.rules.guard_given);
	assert_true(record.attempts > 1000);
	assert_int_equal(record.not_before_ms, 0);
	assert_int_equal(record.reverts_ms[0], 0);
	assert_int_equal(record.reverts_ms[1], 0);
	assert_true(digest_is_zero(&record.approved.digest));
	record_done(&record);
}

static const struct {
	const char *sentence, *text;
	bool good;
} rows[] = {
	{"an empty record", "{\"version\":1,\"region\":\"r-1\",\"name\":\"a\"}", true},
	{"an empty file", "", false},
	{"half of a record", "{\"version\":1,\"region\":\"r-1\",\"na", false},
	{"something behind it", "{\"version\":1,\"region\":\"r-1\",\"name\":\"a\"} x", false},
	{"a list", "[1]", false},
	{"another version", "{\"version\":2,\"region\":\"r-1\",\"name\":\"a\"}", false},
	{"no name", "{\"version\":1,\"region\":\"r-1\"}", false},
	{"an operation without a token",
		"{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"operation\":{\"kind\":"
		"\"update\",\"step\":\"review\",\"reason\":\"x\"}}",
		false},
	{"a step that is not known",
		"{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"operation\":{\"kind\":"
		"\"update\",\"step\":\"dance\",\"reason\":\"x\",\"token\":\"1\"}}",
		false},
	{"a digest that is none",
		"{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"failed\":\"12\"}", false},
	{"an approval whose digest is none",
		"{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"approved\":{\"digest\":\"x\"}}",
		false},
	{"a rule that is not known",
		"{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"apply\":\"perhaps\"}", false},
	{"a guard that is no word", "{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"guard\":1}",
		false},
	{"a mark without a version",
		"{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"settled\":{}}", false},
};

static void test_reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct record record = {0};
		struct error e = {0};

		print_message("# %s\n", rows[i].sentence);
		assert_int_equal(record_read(rows[i].text, &record, &e), rows[i].good);
		assert_int_equal(e.kind, rows[i].good ? ERROR_NONE : ERROR_INVALID);
		record_done(&record);
	}
}

/* Left-over change sets are deleted by name, so a damaged record must not name others'. */
static void test_orphans(void **state)
{
	struct record record = {0};
	struct error e = {0};

	(void)state;
	assert_true(record_read("{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"orphans\":["
				"\"mine\",\"stackd-review-2\",3]}",
		&record, &e));
	assert_int_equal(record.orphans.count, 1);
	assert_string_equal(record.orphans.items[0], "stackd-review-2");
	record_done(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_careful),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_orphans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
