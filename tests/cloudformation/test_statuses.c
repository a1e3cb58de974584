/* Every status of a stack is entered by requests and faults, as DescribeStacks shows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cloudformation/model.h"
#include "cloudformation/story.h"

#define START UINT64_C(1700000000000)
#define FAULTS(list) "{\"resources\":[" list "]}"
#define FAULT(kind, count) "{\"kind\":\"" kind "\",\"count\":" count "}"
#define IMPORTED                                                                                   \
	TEMPLATE("\"A\":" TOPIC("one") ",\"I\":{\"Type\":\"AWS::SQS::Queue\",\"DeletionPolicy\":"  \
				       "\"Retain\"}")                                              \
	"&ResourcesToImport.member.1.ResourceType=AWS::SQS::Queue"                                 \
	"&ResourcesToImport.member.1.LogicalResourceId=I"                                          \
	"&ResourcesToImport.member.1.ResourceIdentifier.entry.1.key=QueueUrl"                      \
	"&ResourcesToImport.member.1.ResourceIdentifier.entry.1.value=https://sqs/q"               \
	"&ChangeSetType=IMPORT"
#define CONTINUE "Action=ContinueUpdateRollback&StackName=app"
#define ROLL_BACK "Action=RollbackStack&StackName=app"

/* The forms are sent one after the other, each when nothing moves any more. */
static const struct way {
	const char *sentence, *scenario;
	const char *forms[5];
	const char *expected; /* each status when it is entered; those of a row above in (...) */
} ways[] = {
	{"what works", "{}", {CREATE ONE, UPDATE TWO, DELETE},
		"CREATE_IN_PROGRESS CREATE_COMPLETE UPDATE_IN_PROGRESS "
		"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS UPDATE_COMPLETE DELETE_IN_PROGRESS "
		"DELETE_COMPLETE"},
	{"a review", "{}", {PROPOSE("c") ONE "&ChangeSetType=CREATE"}, "REVIEW_IN_PROGRESS"},
	{"a failed create", FAULTS(FAULT("fail-create", "1")), {CREATE ONE},
		"CREATE_IN_PROGRESS ROLLBACK_IN_PROGRESS ROLLBACK_COMPLETE"},
	{"a failed create that stays", FAULTS(FAULT("fail-create", "1")),
		{CREATE ONE "&OnFailure=DO_NOTHING"}, "CREATE_IN_PROGRESS CREATE_FAILED"},
	{"a failed create with DisableRollback, which is repaired",
		FAULTS(FAULT("fail-create", "1")),
		{CREATE ONE "&DisableRollback=true", UPDATE TWO,
			UPDATE TWO "&DisableRollback=true"},
		"CREATE_IN_PROGRESS CREATE_FAILED UPDATE_IN_PROGRESS "
		"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS UPDATE_COMPLETE"},
	{"a failed create that is taken back by request", FAULTS(FAULT("fail-create", "1")),
		{CREATE ONE "&OnFailure=DO_NOTHING", ROLL_BACK},
		"CREATE_IN_PROGRESS CREATE_FAILED DELETE_IN_PROGRESS DELETE_COMPLETE"},
	{"a failed create that vanishes", FAULTS(FAULT("fail-create", "1")),
		{CREATE ONE "&OnFailure=DELETE"},
		"CREATE_IN_PROGRESS DELETE_IN_PROGRESS DELETE_COMPLETE"},
	{"a create that takes too long",
		"{\"resources\":[{\"kind\":\"slow\",\"delay_ms\":120000}]}",
		{CREATE ONE "&TimeoutInMinutes=1"},
		"CREATE_IN_PROGRESS ROLLBACK_IN_PROGRESS ROLLBACK_COMPLETE"},
	{"a rollback, and a delete, that fail",
		FAULTS(FAULT("fail-create", "1") "," FAULT("fail-delete", "2")),
		{CREATE ONE, DELETE, DELETE "&DeletionMode=FORCE_DELETE_STACK"},
		"CREATE_IN_PROGRESS ROLLBACK_IN_PROGRESS ROLLBACK_FAILED DELETE_IN_PROGRESS "
		"DELETE_FAILED DELETE_IN_PROGRESS DELETE_COMPLETE"},
	{"a failed update", FAULTS(FAULT("fail-update", "1")), {CREATE ONE, UPDATE TWO},
		"CREATE_IN_PROGRESS CREATE_COMPLETE UPDATE_IN_PROGRESS UPDATE_ROLLBACK_IN_PROGRESS "
		"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS UPDATE_ROLLBACK_COMPLETE"},
	{"a failed update that stays, and is taken back",
		FAULTS(FAULT("fail-update", "1") "," FAULT("fail-rollback", "1")),
		{CREATE ONE, UPDATE TWO "&DisableRollback=true", ROLL_BACK, CONTINUE},
		"CREATE_IN_PROGRESS CREATE_COMPLETE UPDATE_IN_PROGRESS UPDATE_FAILED "
		"UPDATE_ROLLBACK_IN_PROGRESS UPDATE_ROLLBACK_FAILED UPDATE_ROLLBACK_IN_PROGRESS "
		"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS UPDATE_ROLLBACK_COMPLETE"},
	{"an import", "{}", {CREATE ONE, PROPOSE("c") IMPORTED, EXECUTE("c"), DELETE},
		"CREATE_IN_PROGRESS CREATE_COMPLETE IMPORT_IN_PROGRESS IMPORT_COMPLETE "
		"DELETE_IN_PROGRESS DELETE_COMPLETE"},
	{"an import that is rolled back", FAULTS(FAULT("fail-import", "1")),
		{CREATE ONE, PROPOSE("c") IMPORTED, EXECUTE("c"), UPDATE TWO},
		"CREATE_IN_PROGRESS CREATE_COMPLETE IMPORT_IN_PROGRESS IMPORT_ROLLBACK_IN_PROGRESS "
		"IMPORT_ROLLBACK_COMPLETE UPDATE_IN_PROGRESS UPDATE_COMPLETE_CLEANUP_IN_PROGRESS "
		"UPDATE_COMPLETE"},
	{"an import that can't be rolled back",
		FAULTS(FAULT("fail-import", "1") "," FAULT("fail-rollback", "1")),
		{CREATE ONE, PROPOSE("c") IMPORTED, EXECUTE("c"), UPDATE TWO},
		"CREATE_IN_PROGRESS CREATE_COMPLETE IMPORT_IN_PROGRESS IMPORT_ROLLBACK_IN_PROGRESS "
		"IMPORT_ROLLBACK_FAILED"},
	{"an import that can't be rolled back, where that is not the end",
		"{\"options\":{\"import_failure_open\":true},\"resources\":[" FAULT(
			"fail-import", "1") "," FAULT("fail-rollback", "1") "]}",
		{CREATE ONE, PROPOSE("c") IMPORTED, EXECUTE("c"), DELETE, UPDATE TWO},
		"CREATE_IN_PROGRESS CREATE_COMPLETE IMPORT_IN_PROGRESS IMPORT_ROLLBACK_IN_PROGRESS "
		"IMPORT_ROLLBACK_FAILED UPDATE_IN_PROGRESS UPDATE_COMPLETE_CLEANUP_IN_PROGRESS "
		"UPDATE_COMPLETE"},
};

static const char *const all[] = {"CREATE_IN_PROGRESS", "CREATE_FAILED", "CREATE_COMPLETE",
	"ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS",
	"DELETE_FAILED", "DELETE_COMPLETE", "UPDATE_IN_PROGRESS",
	"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_FAILED",
	"UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED",
	"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE",
	"REVIEW_IN_PROGRESS", "IMPORT_IN_PROGRESS", "IMPORT_COMPLETE",
	"IMPORT_ROLLBACK_IN_PROGRESS", "IMPORT_ROLLBACK_FAILED", "IMPORT_ROLLBACK_COMPLETE"};
_Static_assert(COUNT(all) == 23, "as many as the service's model has");

static const char *shown_status(struct model *model, const char *id, struct text *body)
{
	AUTO(free_text) char *form = xasprintf("Action=DescribeStacks&StackName=%s", id);
	struct model_reply reply;

	model_act(model, 0, "", NULL, form, &reply);
	text_clear(body);
	text_add(body, reply.body);
	model_reply_done(&reply);
	char *found = strstr(body->data, "<StackStatus>");

	assert_non_null(found);
	found += strlen("<StackStatus>");
	found[strcspn(found, "<")] = '\0';
	return found;
}

/* Walks from one move to the next, and notes each status that is new. */
static void watch(struct model *model, const char *id, struct texts *entered)
{
	AUTO_DONE(text_done) struct text body = {0};

	for (;;) {
		const char *status = shown_status(model, id, &body);
		uint64_t next_ms = model_deadline(model);

		if (!entered->count || strcmp(entered->items[entered->count - 1], status) != 0)
			texts_add(entered, status);
		if (next_ms == UINT64_MAX)
			return;
		model_advance(model, next_ms);
	}
}

static void go(const struct way *way, struct texts *entered)
{
	AUTO(model_free) struct model *model = model_new(NULL);
	AUTO(free_text) char *id = NULL;
	struct error e = {0};

	assert_true(model_scenario(model, way->scenario, &e));
	for (size_t i = 0; i < COUNT(way->forms) && way->forms[i]; i++) {
		struct model_stack_view view;

		model_act(model, START, "", NULL, way->forms[i], NULL);
		if (!id) {
			assert_true(model_stack(model, NULL, "eu-west-1", "app", &view));
			id = xstrdup(view.id);
		}
		watch(model, id, entered);
		/* A change set takes its time without moving its stack. */
		model_advance(model, START + 1000000 * (i + 1));
	}
}

static void test_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		AUTO_DONE(texts_done) struct texts entered = {0};

		go(&ways[i], &entered);
		AUTO(free_text) char *found = texts_join(&entered, " ");

		if (strcmp(found, ways[i].expected) != 0)
			fail_msg("%s: expected %s, found %s", ways[i].sentence, ways[i].expected,
				found);
	}
}

static void test_all(void **state)
{
	AUTO_DONE(texts_done) struct texts entered = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++)
		go(&ways[i], &entered);
	for (size_t i = 0; i < COUNT(all); i++) {
		print_message("# %s\n", all[i]);
		if (!texts_have(&entered, all[i]))
			fail_msg("%s is never entered", all[i]);
	}
	for (size_t i = 0; i < entered.count; i++) {
		bool known = false;

		for (size_t j = 0; j < COUNT(all); j++)
			known = known || strcmp(all[j], entered.items[i]) == 0;
		if (!known)
			fail_msg("%s is no status", entered.items[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests_name("statuses", tests, NULL, NULL);
}
