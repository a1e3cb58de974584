#include "stack/settings.h"

#include "base/text.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	AUTO_DONE(texts_done) struct texts problems = {0};
	AUTO(settings_free)
	struct settings *settings =
		settings_parse("stackd.conf", (const char *)bytes, length, &problems);
	AUTO(settings_free)
	struct settings *copy = settings ? settings_copy(settings) : NULL;

	CHECK(!settings == (problems.count > 0));
	for (size_t i = 0; i < problems.count; i++)
		CHECK(text_starts(problems.items[i], "stackd.conf:"));
	if (copy) {
		CHECK(copy->read_rate > 0 && copy->write_rate > 0);
		CHECK(copy->retry_min_ms <= copy->retry_max_ms);
	}
	return 0;
}
