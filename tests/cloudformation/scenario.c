/* Scenarios: JSON that adds accounts, options, faults and actors. A name that is not known is an
 * error, so that a test can't fail to set what it meant. */
#include <stddef.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cloudformation/faults.h"
#include "cloudformation/identity.h"
#include "cloudformation/members.h"
#include "cloudformation/scenario.h"

#define OPTION(kind, name)                                                                         \
	{                                                                                          \
#name, kind, offsetof(struct model_options, name)                                  \
	}

static const struct member option_members[] = {
	OPTION(KIND_SMALL, stack_limit),
	OPTION(KIND_SMALL, change_set_limit),
	OPTION(KIND_BOOL, check_signature),
	OPTION(KIND_NUMBER, skew_behind_ms),
	OPTION(KIND_NUMBER, skew_ahead_ms),
	OPTION(KIND_BOOL, normalise_numbers),
	OPTION(KIND_BOOL, normalise_lists),
	OPTION(KIND_BOOL, operation_ids),
	OPTION(KIND_BOOL, outputs_while_running),
	OPTION(KIND_BOOL, no_updates_change_set),
	OPTION(KIND_BOOL, export_blocks_delete),
	OPTION(KIND_BOOL, delete_while_running),
	OPTION(KIND_BOOL, change_set_keeps_tags),
	OPTION(KIND_BOOL, tokens_are_forgotten),
	OPTION(KIND_BOOL, throttling_exception),
	OPTION(KIND_BOOL, delete_canceled_text),
	OPTION(KIND_BOOL, unknown_change_set_refused),
	OPTION(KIND_BOOL, describe_events),
	OPTION(KIND_BOOL, delete_again_refused),
	OPTION(KIND_BOOL, delete_during_rollback),
	OPTION(KIND_BOOL, import_failure_open),
	OPTION(KIND_BOOL, list_imports_empty),
	OPTION(KIND_BOOL, other_texts),
	OPTION(KIND_BOOL, nested_always_updates),
	OPTION(KIND_NUMBER, stale_ms),
};

static const struct member schedule_members[] = {
	{"create_ms", KIND_NUMBER, offsetof(struct model_schedule, create_ms)},
	{"update_ms", KIND_NUMBER, offsetof(struct model_schedule, update_ms)},
	{"delete_ms", KIND_NUMBER, offsetof(struct model_schedule, delete_ms)},
	{"rollback_ms", KIND_NUMBER, offsetof(struct model_schedule, rollback_ms)},
	{"cleanup_ms", KIND_NUMBER, offsetof(struct model_schedule, cleanup_ms)},
	{"change_set_ms", KIND_NUMBER, offsetof(struct model_schedule, change_set_ms)},
};

static const struct member page_members[] = {
	{"stacks", KIND_SMALL, offsetof(struct model_pages, stacks)},
	{"events", KIND_SMALL, offsetof(struct model_pages, events)},
	{"resources", KIND_SMALL, offsetof(struct model_pages, resources)},
	{"change_sets", KIND_SMALL, offsetof(struct model_pages, change_sets)},
	{"changes", KIND_SMALL, offsetof(struct model_pages, changes)},
	{"exports", KIND_SMALL, offsetof(struct model_pages, exports)},
};

static const struct member fault_members[] = {
	{"kind", KIND_TEXT, offsetof(struct fault, kind)},
	{"action", KIND_TEXT, offsetof(struct fault, action)},
	{"stack", KIND_TEXT, offsetof(struct fault, stack)},
	{"region", KIND_TEXT, offsetof(struct fault, region)},
	{"access_key", KIND_TEXT, offsetof(struct fault, access_key)},
	{"skip", KIND_SMALL, offsetof(struct fault, skip)},
	{"count", KIND_SMALL, offsetof(struct fault, count)},
	{"chance", KIND_DOUBLE, offsetof(struct fault, chance)},
	{"delay_ms", KIND_NUMBER, offsetof(struct fault, delay_ms)},
	{"pid", KIND_LONG, offsetof(struct fault, pid)},
	{"status", KIND_SMALL, offsetof(struct fault, status)},
};

static const struct member resource_members[] = {
	{"kind", KIND_TEXT, offsetof(struct resource_fault, kind)},
	{"stack", KIND_TEXT, offsetof(struct resource_fault, stack)},
	{"resource", KIND_TEXT, offsetof(struct resource_fault, resource)},
	{"reason", KIND_TEXT, offsetof(struct resource_fault, reason)},
	{"count", KIND_SMALL, offsetof(struct resource_fault, count)},
	{"delay_ms", KIND_NUMBER, offsetof(struct resource_fault, delay_ms)},
};

static const struct member status_members[] = {
	{"stack", KIND_TEXT, offsetof(struct shown_status, stack)},
	{"status", KIND_TEXT, offsetof(struct shown_status, status)},
};

static const struct member stale_members[] = {
	{"stack", KIND_TEXT, offsetof(struct stale_rule, stack)},
	{"ms", KIND_NUMBER, offsetof(struct stale_rule, ms)},
	{"fixed", KIND_BOOL, offsetof(struct stale_rule, fixed)},
};

static const struct member actor_members[] = {
	{"at_ms", KIND_NUMBER, offsetof(struct later, time_ms)},
	{"access_key", KIND_TEXT, offsetof(struct later, access_key)},
	{"region", KIND_TEXT, offsetof(struct later, region)},
	{"form", KIND_TEXT, offsetof(struct later, form)},
};

static bool known_kind(const char *kind, const char *kinds, struct error *e)
{
	AUTO(free_text) char *padded = xasprintf(" %s ", kind ? kind : "");

	if (kind && strstr(kinds, padded))
		return true;
	return error_set(e, ERROR_INVALID, "kind: expected one of%s", kinds);
}

static bool add_fault(struct model *model, const cJSON *json, struct error *e)
{
	struct fault fault = {.count = 1, .chance = 1};

	if (!MEMBERS_SET(&fault, fault_members, json, e) ||
		!known_kind(fault.kind,
			" throttle internal unavailable html hang hang-after reset-before "
			"reset-after late cut bad-xml denied expired-token invalid-token slow "
			"kill-before kill-after status ",
			e))
		return MEMBERS_DROP(&fault, fault_members);
	fault.forever = fault.count == 0;
	GROW(model->faults, model->fault_size, model->fault_count + 1);
	model->faults[model->fault_count++] = fault;
	return true;
}

static void keep_resource_fault(struct model *model, struct resource_fault fault)
{
	fault.forever = fault.count == 0;
	GROW(model->resource_faults, model->resource_fault_size, model->resource_fault_count + 1);
	model->resource_faults[model->resource_fault_count++] = fault;
}

static bool add_resource_fault(struct model *model, const cJSON *json, struct error *e)
{
	struct resource_fault fault = {.count = 1};

	if (!MEMBERS_SET(&fault, resource_members, json, e) ||
		!known_kind(fault.kind,
			" fail-create fail-update fail-rollback fail-delete fail-import slow ", e))
		return MEMBERS_DROP(&fault, resource_members);
	keep_resource_fault(model, fault);
	return true;
}

/* A fault of a resource like the others, but one that stops it before it begins. */
static bool add_validation(struct model *model, const cJSON *json, struct error *e)
{
	struct resource_fault fault = {.count = 1};

	if (!MEMBERS_SET(&fault, resource_members, json, e) ||
		(fault.kind &&
			!error_set(e, ERROR_INVALID, "kind: there is only one of validations")))
		return MEMBERS_DROP(&fault, resource_members);
	fault.kind = xstrdup("validation");
	keep_resource_fault(model, fault);
	return true;
}

static bool add_status(struct model *model, const cJSON *json, struct error *e)
{
	struct shown_status shown = {0};

	if (!MEMBERS_SET(&shown, status_members, json, e) ||
		((!shown.stack || !shown.status) &&
			!error_set(e, ERROR_INVALID, "stack and status are needed")))
		return MEMBERS_DROP(&shown, status_members);
	GROW(model->shown, model->shown_size, model->shown_count + 1);
	model->shown[model->shown_count++] = shown;
	return true;
}

static bool add_stale(struct model *model, const cJSON *json, struct error *e)
{
	struct stale_rule rule = {0};

	if (!MEMBERS_SET(&rule, stale_members, json, e))
		return MEMBERS_DROP(&rule, stale_members);
	GROW(model->stale, model->stale_size, model->stale_count + 1);
	model->stale[model->stale_count++] = rule;
	return true;
}

static bool add_actor(struct model *model, const cJSON *json, struct error *e)
{
	struct later later = {.access_key = xstrdup("")};

	if (!MEMBERS_SET(&later, actor_members, json, e) ||
		(!later.form && !error_set(e, ERROR_INVALID, "form: not there")))
		return MEMBERS_DROP(&later, actor_members);
	GROW(model->later, model->later_size, model->later_count + 1);
	model->later[model->later_count++] = later;
	return true;
}

static bool set_options(struct model *model, const cJSON *json, struct error *e)
{
	for (const cJSON *value = json->child; value; value = value->next) {
		size_t i = 0;

		while (i < COUNT(option_members) &&
			strcmp(option_members[i].name, value->string) != 0)
			i++;
		bool ok =
			strcmp(value->string, "schedule") == 0
				? MEMBERS_SET(&model->options.schedule, schedule_members, value, e)
			: strcmp(value->string, "pages") == 0
				? MEMBERS_SET(&model->options.pages, page_members, value, e)
			: i < COUNT(option_members)
				? members_set_one(&model->options, &option_members[i], value, e)
				: error_set(e, ERROR_INVALID, "no such option");

		if (!ok)
			return error_context(e, "%s", value->string);
	}
	return true;
}

static bool set_texts(struct pairs *texts, const cJSON *json, struct error *e)
{
	for (const cJSON *value = json->child; value; value = value->next) {
		if (cJSON_IsNull(value)) {
			pairs_remove(texts, value->string);
			continue;
		}
		if (!cJSON_IsString(value))
			return error_set(e, ERROR_INVALID, "%s: expected text", value->string);
		pairs_set(texts, value->string, value->valuestring);
	}
	return true;
}

static bool set_ssm(struct model *model, const cJSON *json, struct error *e)
{
	return set_texts(&model->ssm, json, e);
}

static bool set_templates(struct model *model, const cJSON *json, struct error *e)
{
	return set_texts(&model->templates, json, e);
}

static bool add_bad_role(struct model *model, const cJSON *json, struct error *e)
{
	if (!cJSON_IsString(json))
		return error_set(e, ERROR_INVALID, "expected ARNs");
	texts_add(&model->bad_roles, json->valuestring);
	return true;
}

static bool set_skew(struct model *model, const cJSON *json, struct error *e)
{
	if (!cJSON_IsNumber(json) || !(json->valuedouble >= -9e15 && json->valuedouble <= 9e15))
		return error_set(e, ERROR_INVALID, "expected a number");
	model->skew_ms = (int64_t)json->valuedouble;
	return true;
}

static bool set_clear(struct model *model, const cJSON *json, struct error *e)
{
	(void)e;
	if (cJSON_IsTrue(json))
		faults_clear(model);
	return true;
}

static bool set_expire_issued(struct model *model, const cJSON *json, struct error *e)
{
	(void)e;
	if (cJSON_IsTrue(json))
		issued_expire(model);
	return true;
}

static const struct {
	const char *name;
	bool is_list;
	bool (*set)(struct model *, const cJSON *, struct error *);
} parts[] = {
	{"clear", false, set_clear}, /* first, wherever it stands */
	{"options", false, set_options},
	{"accounts", true, scenario_account},
	{"roles", true, scenario_role},
	{"buckets", true, scenario_bucket},
	{"metadata", false, scenario_metadata},
	{"containers", true, scenario_container},
	{"faults", true, add_fault},
	{"resources", true, add_resource_fault},
	{"validation", true, add_validation},
	{"status", true, add_status},
	{"stale", true, add_stale},
	{"actors", true, add_actor},
	{"bad_roles", true, add_bad_role},
	{"ssm", false, set_ssm},
	{"templates", false, set_templates},
	{"skew_ms", false, set_skew},
	{"expire_issued", false, set_expire_issued},
};

static bool set_part(struct model *model, size_t part, const cJSON *json, struct error *e)
{
	if (!parts[part].is_list)
		return parts[part].set(model, json, e);
	if (!cJSON_IsArray(json))
		return error_set(e, ERROR_INVALID, "expected a list");
	for (const cJSON *item = json->child; item; item = item->next)
		if (!parts[part].set(model, item, e))
			return false;
	return true;
}

bool model_scenario(struct model *model, const char *json, struct error *e)
{
	cJSON *root = cJSON_Parse(json);
	bool ok = cJSON_IsObject(root) || error_set(e, ERROR_INVALID, "no JSON object");

	for (size_t i = 0; i < COUNT(parts) && ok; i++) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(root, parts[i].name);

		if (value && !set_part(model, i, value, e))
			ok = error_context(e, "%s", parts[i].name);
	}
	for (const cJSON *value = ok ? root->child : NULL; value && ok; value = value->next) {
		bool known = false;

		for (size_t i = 0; i < COUNT(parts); i++)
			known = known || strcmp(parts[i].name, value->string) == 0;
		if (!known)
			ok = error_set(e, ERROR_INVALID, "%s: no such member", value->string);
	}
	cJSON_Delete(root);
	return ok;
}
