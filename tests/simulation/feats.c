#include "simulation/feats.h"

#include <assert.h>

#include "base/memory.h"

static const char *const names[] = {
	[FEAT_NESTED] = "nested: executed",
	[FEAT_NESTED_LOSS] = "nested: loss approved",
	[FEAT_NESTED_UNREAD] = "nested: unread, approved",
	[FEAT_DELETE_AGAIN] = "deleted again",
	[FEAT_CONTINUED] = "rollback continued",
	[FEAT_IN_USE] = "failed, while imported",
	[FEAT_UPLOADED] = "template uploaded",
	[FEAT_INVALID] = "change set tried again",
};
static_assert(COUNT(names) == FEAT_COUNT, "one name per feat");

const char *feat_name(size_t feat)
{
	return names[feat];
}
