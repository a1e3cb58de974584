#include "simulation/nest.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "simulation/scenario.h"

#define NUMBER "\"Metadata\":{\"table\":"

static bool is_there(unsigned table)
{
	return table % 4 != 3;
}

static char *url_of(const struct member *member)
{
	return xasprintf("https://nests.s3.%s.amazonaws.com/%s-%u-%u.json", WORLD_REGION,
		member->name, member->table, member->revision);
}

void nest_add(const struct member *member, struct text *out)
{
	AUTO(free_text) char *url = url_of(member);

	if (is_there(member->table))
		text_format(out,
			",\"" NEST "\":{\"Type\":\"AWS::CloudFormation::Stack\",\"Properties\":{"
			"\"TemplateURL\":\"%s\"}}",
			url);
}

/* The bell changes without harm; another key is another table. */
static void add_body(const struct member *member, struct text *out)
{
	text_format(out,
		"{\"Resources\":{\"Bell\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{"
		"\"DisplayName\":\"revision %u\"}},\"Table\":{\"Type\":\"AWS::DynamoDB::Table\","
		"\"Properties\":{\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[{"
		"\"AttributeName\":\"key%u\",\"AttributeType\":\"S\"}],\"KeySchema\":[{"
		"\"AttributeName\":\"key%u\",\"KeyType\":\"HASH\"}]}}",
		member->revision, member->table, member->table);
	if (member->table % 2)
		text_add(out, ",\"Queue\":{\"Type\":\"AWS::SQS::Queue\"}");
	text_add(out, "}}");
}

void nest_publish(const struct member *member, struct world *world)
{
	AUTO_DONE(text_done) struct text body = {0};
	AUTO(free_text) char *url = url_of(member);

	if (!member->nests)
		return;
	add_body(member, &body);
	scenario_publish(world, url, text_string(&body));
}

unsigned nest_table(const char *body)
{
	const char *found = strstr(body, NUMBER);

	return found ? (unsigned)strtoul(found + strlen(NUMBER), NULL, 10) : 0;
}

bool nest_right(const struct member *member, const struct world *world)
{
	AUTO(free_text) char *path = xasprintf("%s/" NEST, member->stack);
	AUTO_DONE(text_done) struct text body = {0};
	struct model_stack_view view;
	bool found = model_stack(world->model, member->reach->account, member->region, path, &view);

	/* What a change set that was let go would have made is none. */
	found = found && strcmp(view.status, "REVIEW_IN_PROGRESS") != 0;
	if (!member->nests || !is_there(member->table))
		return !found || member->was_undeletable;
	add_body(member, &body);
	return found && view.template_body && strcmp(view.template_body, text_string(&body)) == 0;
}

void nest_fail(struct member *member, struct world *world, struct chance *chance)
{
	bool stuck = chance_hits(chance, 400);
	unsigned count = 1 + (unsigned)chance_below(chance, 3);
	AUTO(free_text)
	char *rollback = xasprintf(",{\"kind\":\"fail-rollback\",\"stack\":\"%s/" NEST
				   "\",\"count\":%u,\"reason\":\"the story says so\"}",
		member->stack, count);
	AUTO(free_text)
	char *json = xasprintf("{\"resources\":[{\"kind\":\"fail-update\",\"stack\":\"%s/" NEST
			       "\",\"count\":%u,\"reason\":\"the story says so\"}%s]}",
		member->stack, count, stuck ? rollback : "");

	world_tell(world, "==== what is nested in %s is going to fail", member->name);
	member->failures++;
	scenario_play(world, json);
}

void nest_note_read(struct world *world, const struct reply *reply)
{
	for (size_t i = 0; i < reply->change_set_count; i++)
		if (strstr(reply->change_sets[i].name, "-" NEST "-"))
			texts_add(&world->read, reply->change_sets[i].id);
}

void nest_hide(const struct member *member, struct world *world)
{
	world_tell(world, "==== what is nested in %s is hidden", member->name);
	if (!texts_have(&world->hidden, member->stack))
		texts_add(&world->hidden, member->stack);
}

bool nest_hidden(const struct world *world, const struct call *call)
{
	AUTO(free_text) char *stack = NULL;

	if (call->kind != CALL_DESCRIBE_CHANGE_SET || !strstr(call->change_set, "-" NEST "-"))
		return false;
	stack = network_stack(world, call);
	return texts_have(&world->hidden, stack);
}
