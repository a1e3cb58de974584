/* What left under which token, and which stack a call is about. */
#include <string.h>

#include "base/text.h"
#include "simulation/nest.h"
#include "simulation/world.h"

const struct sent *network_sent(const struct world *world, const char *token)
{
	for (size_t i = world->sent_count; token && i-- > 0;)
		if (strcmp(world->sent[i].token, token) == 0)
			return &world->sent[i];
	return NULL;
}

bool network_stray(const struct world *world, const char *token)
{
	const struct sent *sent = network_sent(world, token);

	return sent && sent->stray;
}

/* What stands between `before` and the next '/'; NULL: nothing does. */
static char *segment(const char *arn, const char *before)
{
	const char *found = strstr(arn, before);

	return found ? xstrndup(found + strlen(before), strcspn(found + strlen(before), "/"))
		     : NULL;
}

char *network_stack(const struct world *world, const struct call *call)
{
	if (call->stack) {
		char *name = segment(call->stack, ":stack/");

		return name ? name : xstrdup(call->stack);
	}
	if (!call->change_set)
		return xstrdup(call->region ? call->region : "");
	AUTO(free_text) char *set = segment(call->change_set, ":changeSet/");
	char *nested = set ? strstr(set, "-" NEST "-") : NULL;

	/* A nested set goes by the name of the one above. */
	if (nested)
		*nested = '\0';
	const struct sent *sent = network_sent(world, set ? set : call->change_set);

	return xstrdup(sent ? sent->stack : "");
}

void network_note_sent(struct world *world, const struct call *call, const char *stack)
{
	const char *token = call->token;
	struct sent *sent = (struct sent *)network_sent(world, token);

	if (!token)
		return;
	if (!sent) {
		GROW(world->sent, world->sent_size, world->sent_count + 1);
		sent = &world->sent[world->sent_count++];
		*sent = (struct sent){.token = xstrdup(token),
			.stack = xstrdup(stack),
			.reach = reach_find(call->assume_role, call->external_id),
			.own_region = strcmp(call->region, WORLD_REGION) == 0,
			.first_ms = world->now_ms};
	}
	sent->last_ms = world->now_ms;
}

void network_check_remembered(struct world *world, const struct call *call)
{
	const char *token = call->token ? strrchr(call->token, '-') : NULL;
	bool remembered = token == NULL;

	for (size_t i = 0; i < world->records.count && !remembered; i++) {
		const char *record = world->records.items[i].value;

		remembered = record && strstr(record, token + 1);
	}
	if (!remembered)
		world_breach(world, SAVED_BEFORE_SENT, "%s leaves before its token %s is saved",
			call_kind_name(call->kind), call->token);
}
