#include "stack/template_resources.h"

#include "stack/guard.h"
#include "target.h"

static void judge(const struct change *changes, size_t count, const struct texts *ids)
{
	const struct guard_output output = {ids->count ? ids->items[0] : "A", "Url", "website"};
	struct guard_input input = {.changes = changes,
		.change_count = count,
		.outputs = &output,
		.output_count = 1,
		.guard = GUARD_ALL};
	struct texts remarks = {0};
	size_t kept = 0;
	char *held = guard_judge(&input, &remarks);

	for (size_t i = 0; i < count; i++)
		kept += strncmp(changes[i].policy_action, "Retain", 6) == 0;
	CHECK(!held == (kept == count));
	CHECK(!held || strlen(held) < 4096);
	free(held);
	texts_done(&remarks);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct texts ids = {0};
	struct change *changes;
	size_t count;

	template_output_resources((const char *)bytes, length, "Url", &ids);
	CHECK(ids.count <= TEMPLATE_RESOURCES_LIMIT);
	for (size_t i = 0; i < ids.count; i++)
		CHECK(*ids.items[i] && !strstr(ids.items[i], "::"));
	if (template_removals((const char *)bytes, length, &changes, &count)) {
		CHECK(count && count <= TEMPLATE_RESOURCES_LIMIT);
		judge(changes, count, &ids);
		changes_free(changes, count);
	}
	texts_done(&ids);
	return 0;
}
