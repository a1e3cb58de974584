#include "stack/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const uint8_t key[32] = {1, 2, 3};

#define TEMPLATE                                                                                   \
	"Parameters:\n"                                                                            \
	"  Version: {Type: String}\n"                                                              \
	"  Subnets: {Type: CommaDelimitedList, Default: 'a,b'}\n"                                  \
	"  Password: {Type: String, NoEcho: true}\n"                                               \
	"Resources: {Topic: {Type: AWS::SNS::Topic}}\n"

/* Values of Version, Subnets and Password; where the first two come from. */
struct given {
	const char *version, *subnets, *password;
	enum value_origin origin;
	const char *from;
};

static const struct given usual = {"42", "a,b", "secret", VALUE_LITERAL, NULL};

static struct wanted wanted_from(const struct template *template, const struct given *given)
{
	const char *const values[] = {given->version, given->subnets, given->password};
	struct wanted wanted = {.count = template->parameter_count};

	wanted.values = xcalloc(wanted.count, sizeof(*wanted.values));
	for (size_t i = 0; i < wanted.count; i++) {
		wanted.values[i].declared = &template->parameters[i];
		wanted.values[i].value = xstrdup(values[i]);
		wanted.values[i].origin = i ? VALUE_LITERAL : given->origin;
		wanted.values[i].from = i ? NULL : xstrdup(given->from);
	}
	return wanted;
}

struct row {
	const char *sentence;
	const char *status;            /* NULL: not observed */
	const char *version, *subnets; /* live */
	const char *secret;            /* whose HMAC is remembered; NULL: none */
	const char *template;          /* live; NULL: not read */
	const char *names;             /* of the template's differences */
	enum plan_action action;
	const char *reason; /* NULL: none */
	struct given given; /* version NULL: the usual */
	const char *waits, *missing, *suspend, *problem, *owner;
	bool verdict;
	enum adopt adopt;
	bool created;
	const char *status_reason, *parent, *name; /* live; name NULL: "a" */
	const char *tag;                           /* a further live tag */
};

#define LIVE "CREATE_COMPLETE", "42", "a,b", "secret", TEMPLATE, NULL

static const struct row rows[] = {
	{"a stack that was not looked at yet is looked at", NULL, NULL, NULL, NULL, NULL, NULL,
		PLAN_LOOK, "not observed yet"},
	{"an absent stack is created", "absent", NULL, NULL, NULL, NULL, NULL, PLAN_CREATE,
		"not in eu-west-1 yet"},
	{"a deleted stack is created", "DELETE_COMPLETE", "42", "a,b", NULL, NULL, NULL,
		PLAN_CREATE, "not in eu-west-1 yet"},
	{"an equal stack is left alone", LIVE, PLAN_NONE, NULL},
	{"a parameter that differs is updated", "UPDATE_COMPLETE", "41", "a,b", "secret", TEMPLATE,
		NULL, PLAN_UPDATE, "parameter Version: 41 -> 42"},
	{"the origin of an output is told", "UPDATE_COMPLETE", "41", "a,b", "secret", TEMPLATE,
		NULL, PLAN_UPDATE, "parameter Version: 41 -> 42 (output Version of base)",
		.given = {"42", "a,b", "secret", VALUE_OUTPUT, "output Version of base"}},
	{"a value from a credential is never shown", "UPDATE_COMPLETE", "41", "a,b", "secret",
		TEMPLATE, NULL, PLAN_UPDATE, "parameter Version: a new value (credential build)",
		.given = {"42", "a,b", "secret", VALUE_SOURCE, "credential build"}},
	{"a list is compared trimmed around its commas", "UPDATE_COMPLETE", "42", " a , b ",
		"secret", TEMPLATE, NULL, PLAN_NONE, NULL},
	{"a list with another order differs", "UPDATE_COMPLETE", "42", "b,a", "secret", TEMPLATE,
		NULL, PLAN_UPDATE, "parameter Subnets: b,a -> a,b"},
	{"a list with one item more differs", "UPDATE_COMPLETE", "42", "a,b,c", "secret", TEMPLATE,
		NULL, PLAN_UPDATE, "parameter Subnets: a,b,c -> a,b"},
	{"text is compared as text", "UPDATE_COMPLETE", "042", "a,b", "secret", TEMPLATE, NULL,
		PLAN_UPDATE, "parameter Version: 042 -> 42"},
	{"another secret is an update, and is not shown", "UPDATE_COMPLETE", "42", "a,b", "other",
		TEMPLATE, NULL, PLAN_UPDATE, "parameter Password: a new value (NoEcho)"},
	{"a secret that is not remembered is asked for", "UPDATE_COMPLETE", "42", "a,b", NULL,
		TEMPLATE, NULL, PLAN_ASK, "parameter Password: NoEcho, only a change set can tell"},
	{"a template that was not read is read where nothing else differs", "UPDATE_COMPLETE", "42",
		"a,b", "secret", NULL, NULL, PLAN_READ, NULL},
	{"a template need not be read where a parameter differs", "UPDATE_COMPLETE", "41", "a,b",
		"secret", NULL, NULL, PLAN_UPDATE, "parameter Version: 41 -> 42"},
	{"comments in a template don't count", "CREATE_COMPLETE", "42", "a,b", "secret",
		"# old\n" TEMPLATE, NULL, PLAN_NONE, NULL},
	{"another template is an update", "CREATE_COMPLETE", "42", "a,b", "secret", "Resources: {}",
		"Resources.Topic", PLAN_UPDATE, "template: Resources.Topic"},
	{"several differences are all told", "CREATE_COMPLETE", "41", "b", "secret",
		"Resources: {}", "Resources.Topic", PLAN_UPDATE,
		"parameter Version: 41 -> 42; parameter Subnets: b -> a,b; template: "
		"Resources.Topic"},
	{"a stack that moves is followed", "UPDATE_IN_PROGRESS", "41", "a,b", NULL, NULL, NULL,
		PLAN_FOLLOW, "UPDATE_IN_PROGRESS"},
	{"the cleanup is waited for", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "41", "a,b", NULL,
		NULL, NULL, PLAN_FOLLOW, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"},
	{"a status from the future is waited for", "SHINING", "41", "a,b", NULL, NULL, NULL,
		PLAN_FOLLOW, "SHINING: a status that this version does not know"},
	{"a stack that rolled back an update is compared like any other",
		"UPDATE_ROLLBACK_COMPLETE", "41", "a,b", "secret", TEMPLATE, NULL, PLAN_UPDATE,
		"parameter Version: 41 -> 42"},
	{"a failed create is held", "ROLLBACK_COMPLETE", "42", "a,b", NULL, NULL, NULL, PLAN_HOLD,
		"ROLLBACK_COMPLETE: its creation failed and was rolled back; delete it, then it "
		"is created again: aws cloudformation delete-stack --stack-name a "
		"--region eu-west-1"},
	{"what CloudFormation says of it is told, and the way out last", "UPDATE_FAILED", "42",
		"a,b", NULL, NULL, NULL, PLAN_HOLD,
		"UPDATE_FAILED: its update failed with rollback disabled; use RollbackStack "
		"(Topic: no "
		"rights): aws cloudformation rollback-stack --stack-name a --region eu-west-1",
		.status_reason = "Topic: no rights"},
	{"where no command leads out, none is told", "IMPORT_ROLLBACK_FAILED", "42", "a,b", NULL,
		NULL, NULL, PLAN_HOLD,
		"IMPORT_ROLLBACK_FAILED: an import into it failed and could not be rolled back; "
		"mend it by hand"},
	{"a nested stack is held, whatever its status", "UPDATE_FAILED", "42", "a,b", NULL, NULL,
		NULL, PLAN_HOLD, "it is nested in another stack, which has to be changed instead",
		.parent = "arn:aws:cloudformation:eu-west-1:123456789012:stack/p/1"},
	{"a StackSet's stack is held", LIVE, PLAN_HOLD,
		"it was made by a StackSet, which has to be changed instead",
		.name = "StackSet-base-0a1b2c3d-0000-1111-2222-0a1b2c3d4e5f"},
	{"a product of Service Catalog is held by its name", LIVE, PLAN_HOLD,
		"it was made by Service Catalog, where the product has to be changed instead",
		.name = "SC-123456789012-pp-abcdefghijklm"},
	{"or by its tags", LIVE, PLAN_HOLD,
		"it was made by Service Catalog, where the product has to be changed instead",
		.tag = "aws:servicecatalog:productArn"},
	{"a tag that only sounds like it is none", LIVE, PLAN_NONE, NULL,
		.tag = "aws:servicecatalogue"},
	{"Adopt=tagged holds what has no owner tag", LIVE, PLAN_HOLD,
		"it has no tag stackd:owner=stackd, and Adopt=tagged", .adopt = ADOPT_TAGGED},
	{"even what stackd created, where the tag was taken away", LIVE, PLAN_HOLD,
		"it has no tag stackd:owner=stackd, and Adopt=tagged", .adopt = ADOPT_TAGGED,
		.created = true},
	{"Adopt=tagged takes what has ours", LIVE, PLAN_NONE, NULL, .adopt = ADOPT_TAGGED,
		.owner = "stackd"},
	{"Adopt=tagged leaves another owner's alone", LIVE, PLAN_HOLD,
		"it belongs to another owner (tag stackd:owner=else)", .adopt = ADOPT_TAGGED,
		.owner = "else"},
	{"Adopt=never holds what stackd did not create", LIVE, PLAN_HOLD,
		"stackd did not create it, and Adopt=never", .adopt = ADOPT_NEVER},
	{"Adopt=never takes what stackd created", LIVE, PLAN_NONE, NULL, .adopt = ADOPT_NEVER,
		.created = true},
	{"Adopt=never takes what our tag says that stackd created", LIVE, PLAN_NONE, NULL,
		.adopt = ADOPT_NEVER, .owner = "stackd"},
	{"Adopt= does not hinder a creation", "absent", NULL, NULL, NULL, NULL, NULL, PLAN_CREATE,
		"not in eu-west-1 yet", .adopt = ADOPT_NEVER},
	{"nor does it hold what runs", "UPDATE_IN_PROGRESS", "41", "a,b", NULL, NULL, NULL,
		PLAN_FOLLOW, "UPDATE_IN_PROGRESS", .adopt = ADOPT_NEVER},
	{"another owner's stack is held", LIVE, PLAN_HOLD,
		"it belongs to another owner (tag stackd:owner=else)", .owner = "else"},
	{"our own owner tag is fine", LIVE, PLAN_NONE, NULL, .owner = "stackd"},
	{"a child waits", "absent", NULL, NULL, NULL, NULL, NULL, PLAN_WAIT, "needs base (gone)",
		.waits = "needs base (gone)"},
	{"a missing value holds", "absent", NULL, NULL, NULL, NULL, NULL, PLAN_HOLD,
		"parameter X has no value", .missing = "parameter X has no value"},
	{"a suspended stack is held", "absent", NULL, NULL, NULL, NULL, NULL, PLAN_HOLD,
		"suspended: until Monday", .suspend = "until Monday"},
	{"a broken manifest freezes, whatever is live", "absent", NULL, NULL, NULL, NULL, NULL,
		PLAN_FROZEN, "a.yaml:1:1: what", .problem = "a.yaml:1:1: what"},
	{"a verdict of a change set counts", "UPDATE_COMPLETE", "42.0", "a,b", NULL, NULL, NULL,
		PLAN_NONE, NULL, .verdict = true},
};

static struct live *live_from(const struct row *row)
{
	struct live *live = xcalloc(1, sizeof(*live));

	live->status_text = xstrdup(row->status);
	live->status =
		strcmp(row->status, "absent") == 0 ? STACK_ABSENT : stack_status_from(row->status);
	if (row->version) {
		pairs_add(&live->parameters, "Password", "****");
		pairs_add(&live->parameters, "Subnets", row->subnets);
		pairs_add(&live->parameters, "Version", row->version);
	}
	if (row->owner)
		pairs_add(&live->tags, "stackd:owner", row->owner);
	if (row->tag)
		pairs_add(&live->tags, row->tag, "x");
	live->status_reason = xstrdup(row->status_reason);
	live->parent_id = xstrdup(row->parent);
	live->name = xstrdup(row->name);
	return live;
}

static void remember(const struct template *template, const char *secret, struct pairs *secrets)
{
	struct given given = usual;

	given.password = secret;
	struct wanted wanted = wanted_from(template, &given);

	wanted_secrets(&wanted, key, secrets);
	wanted_done(&wanted);
}

static void check(const struct row *row, const struct template *template)
{
	AUTO(live_free) struct live *live = row->status ? live_from(row) : NULL;
	AUTO_DONE(wanted_done)
	struct wanted wanted = wanted_from(template, row->given.version ? &row->given : &usual);
	AUTO_DONE(pairs_done) struct pairs secrets = {0};
	struct desired_stack stack = {.name = (char *)"a", .region = (char *)"eu-west-1"};
	struct plan plan;

	stack.template = (struct template *)template;
	stack.suspend = (char *)row->suspend;
	stack.frozen = row->problem;
	if (row->problem)
		texts_add(&stack.problems, row->problem);
	if (row->secret)
		remember(template, row->secret, &secrets);

	struct plan_input input = {
		.desired = &stack,
		.live = live,
		.owner = "stackd",
		.adopt = row->adopt,
		.created = row->created,
		.waits = row->waits,
		.missing = row->missing,
		.verdict = row->verdict,
		.difference = {&stack, &wanted, live, row->secret ? &secrets : NULL, key,
			row->template, .template_names = row->names},
	};

	if (row->template)
		input.difference.template_canonical =
			template_canonical(row->template, strlen(row->template));
	plan_make(&input, &plan);
	print_message("# %s\n", row->sentence);
	assert_int_equal(plan.action, row->action);
	if (row->reason)
		assert_string_equal(plan.reason, row->reason);
	else
		assert_null(plan.reason);
	plan_done(&plan);
	texts_done(&stack.problems);
}

static struct template *parse(void)
{
	struct error e = {0};
	struct template *template =
		template_parse("t.yaml", TEMPLATE, strlen(TEMPLATE), 0, NULL, NULL, &e);

	if (!template)
		fail_msg("%s", e.text);
	return template;
}

static void test_plans(void **state)
{
	AUTO(template_free) struct template *template = parse();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], template);
}

/* Nothing is compared, or made, before it is known what the template declares. */
static void test_a_template_that_is_awaited(void **state)
{
	static const struct {
		const char *status;
		bool known;
		enum plan_action action;
	} urls[] = {
		{"CREATE_COMPLETE", false, PLAN_LOOK},
		{"absent", false, PLAN_LOOK},
		{"UPDATE_IN_PROGRESS", false, PLAN_FOLLOW},
		{"DELETE_FAILED", false, PLAN_HOLD},
		{"CREATE_COMPLETE", true, PLAN_ASK},
		{"absent", true, PLAN_CREATE},
	};
	AUTO(template_free) struct template *template = template_from_summary("u", NULL, 0);
	const struct wanted wanted = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		const struct desired_stack stack = {.name = (char *)"a",
			.region = (char *)"eu-west-1",
			.template_url = (char *)"u",
			.template = urls[i].known ? template : NULL};
		const struct live live = {.status_text = (char *)urls[i].status,
			.status = strcmp(urls[i].status, "absent") == 0
					  ? STACK_ABSENT
					  : stack_status_from(urls[i].status)};
		const struct plan_input input = {.desired = &stack,
			.live = &live,
			.owner = "stackd",
			.difference = {&stack, &wanted, &live, NULL, key}};
		struct plan plan;

		plan_make(&input, &plan);
		if (plan.action != urls[i].action)
			fail_msg("%s, %d: %d", urls[i].status, urls[i].known, plan.action);
		if (plan.action == PLAN_LOOK)
			assert_string_equal(plan.reason, "its template was not looked at yet");
		plan_done(&plan);
	}
}

/* What changes the digest of what is wanted, and what does not. */
static void test_digest(void **state)
{
	static const struct {
		const char *sentence;
		struct given given;
		const uint8_t *key;
		bool same;
	} digests[] = {
		{"the same values", {"42", "a,b", "secret", VALUE_LITERAL, NULL}, key, true},
		{"where a value comes from does not count",
			{"42", "a,b", "secret", VALUE_OUTPUT, "output A of b"}, key, true},
		{"another value", {"43", "a,b", "secret", VALUE_LITERAL, NULL}, key, false},
		{"another secret", {"42", "a,b", "other", VALUE_LITERAL, NULL}, key, false},
		{"another key", {"42", "a,b", "secret", VALUE_LITERAL, NULL},
			(const uint8_t *)"0123456789abcdef0123456789abcdef", false},
	};
	AUTO(template_free) struct template *template = parse();
	struct desired_stack stack = {.template = template};
	struct wanted base = wanted_from(template, &usual);
	struct digest digest = wanted_digest(&stack, &base, key);

	(void)state;
	for (size_t i = 0; i < COUNT(digests); i++) {
		struct wanted wanted = wanted_from(template, &digests[i].given);
		struct digest other = wanted_digest(&stack, &wanted, digests[i].key);

		print_message("# %s\n", digests[i].sentence);
		assert_int_equal(digest_equal(&digest, &other), digests[i].same);
		wanted_done(&wanted);
	}
	wanted_done(&base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_a_template_that_is_awaited),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
