/* stackd.conf: the settings, one table row each (shared/manifest.md; systemd's INI syntax). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pairs.h"

enum apply { APPLY_AUTO, APPLY_APPROVE, APPLY_NEVER };
enum guard { GUARD_STATEFUL, GUARD_ALL, GUARD_NONE };
enum on_removal { ON_REMOVAL_KEEP, ON_REMOVAL_DELETE };
enum adopt { ADOPT_ALWAYS, ADOPT_TAGGED, ADOPT_NEVER };

struct settings {
	/* [AWS] */
	char *region;  /* NULL: from the surroundings */
	char *profile; /* NULL: from the surroundings */
	char *endpoint_url;
	struct texts allowed_accounts; /* empty: any */
	char *template_bucket;         /* for large templates, see bucket_fill(); NULL: none */
	char *ca_bundle;               /* certificates to trust; NULL: from the surroundings */
	bool allow_plain_http;         /* to any host */
	/* [Reconcile]; rates are calls per second, for each account and region */
	uint64_t interval_ms, poll_interval_ms, quiet_time_ms, revert_delay_ms;
	uint64_t max_concurrent, max_attempts, max_failures;
	double read_rate, write_rate;
	uint64_t retry_min_ms, retry_max_ms, stall_warning_ms;
	/* [Policy] */
	enum apply apply;
	enum guard guard;
	enum on_removal on_removal;
	char *owner;
	enum adopt adopt;
	bool recreate_failed, continue_rollback;
	uint64_t max_removals, removal_delay_ms;
	/* [Control] */
	char *socket;
	char *metrics_listen; /* NULL: off */
};

/* Defaults for all; never fails. The caller frees it with settings_free(). */
struct settings *settings_new(void);

/* Reads a whole file over the defaults. Returns NULL where there is any fault; each is added to
 * *problems as "PATH:LINE: what was found, what was expected" (the caller's, zeroed before).
 * Known keys whose behaviour is not built yet are faults unless they have their default value. */
struct settings *settings_parse(
	const char *path, const char *bytes, size_t length, struct texts *problems);
struct settings *settings_copy(const struct settings *settings);
void settings_free(struct settings *settings);
DEFINE_AUTO(struct settings *, settings_free);

/* Rows of the table, for the test that config/stackd.conf names every key with its default.
 * False behind the last row. */
bool settings_row(size_t index, const char **section, const char **key, const char **preset);
