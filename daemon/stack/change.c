#include "stack/change.h"

#include "base/memory.h"

void change_done(struct change *change)
{
	free(change->action);
	free(change->logical_id);
	free(change->type);
	free(change->replacement);
	free(change->policy_action);
	free(change->change_set_id);
}

void changes_free(struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		change_done(&changes[i]);
	free(changes);
}
