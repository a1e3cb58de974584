#include "cloudformation/submission.h"

#include <string.h>

#include "cloudformation/form.h"
#include "cloudformation/objects.h"

enum { URL_BODY_LIMIT = 1024 * 1024 };

/* Where the URL's host is the one that this very server is asked as, its objects are meant. */
static bool is_ours(const struct exchange *exchange, const char *url)
{
	AUTO(free_text) char *start = xasprintf("http://%s/", exchange->host);

	return *exchange->host && text_starts(url, start);
}

static const char *of_object(struct exchange *exchange, const char *url)
{
	const struct bucket *bucket = NULL;
	const struct object *object = objects_at(exchange->model, url, &bucket);

	if (!bucket || strcmp(bucket->account, exchange->account) != 0)
		invalid(exchange, "S3 error: Access Denied");
	else if (!object)
		invalid(exchange, "S3 error: The specified key does not exist.");
	else if (object->length > URL_BODY_LIMIT)
		invalid(exchange, "Template may not exceed %d bytes in size.", URL_BODY_LIMIT);
	else if (strlen(object->body) != object->length)
		invalid(exchange, "Template format error: unsupported structure.");
	else
		return object->body;
	return NULL;
}

static const char *of_url(struct exchange *exchange, const char *url)
{
	const char *body = pairs_get(&exchange->model->templates, url);

	if (body)
		return body;
	if (is_ours(exchange, url) || (text_starts(url, "https://") && strstr(url, "amazonaws.")))
		return of_object(exchange, url);
	if (!text_starts(url, "https://"))
		invalid(exchange, "TemplateURL must be a supported URL.");
	else
		invalid(exchange,
			"S3 error: Domain name specified in %.*s is not a valid S3 domain",
			(int)strcspn(url + 8, "./"), url + 8);
	return NULL;
}

const char *submitted_template(struct exchange *exchange)
{
	const char *body = field(exchange, "TemplateBody");
	const char *url = field(exchange, "TemplateURL");

	if (body && url)
		invalid(exchange, "Only one of TemplateURL or TemplateBody may be specified.");
	else if (body)
		return body;
	else if (url)
		return of_url(exchange, url);
	else
		invalid(exchange, "Either Template URL or Template Body must be specified.");
	return NULL;
}

struct blueprint *submitted_blueprint(struct exchange *exchange, const char *body)
{
	struct error e = {0};
	struct blueprint *blueprint = blueprint_parse(body, strlen(body), &e);

	if (!blueprint)
		invalid(exchange, "%s", e.text);
	return blueprint;
}

static const char *choose_template(
	struct exchange *exchange, const struct stack *stack, bool is_update)
{
	if (!form_true(&exchange->fields, "UsePreviousTemplate"))
		return submitted_template(exchange);
	if (field(exchange, "TemplateBody") || field(exchange, "TemplateURL"))
		invalid(exchange, "You cannot specify both usePreviousTemplate and Template "
				  "Body/Template URL.");
	else if (!is_update)
		invalid(exchange, "Either Template URL or Template Body must be specified.");
	else
		return stack->live->body;
	return NULL;
}

static bool read_tags(struct exchange *exchange, const struct stack *stack, bool is_update,
	struct deployment *out)
{
	bool keeps = strcmp(exchange->action, "CreateChangeSet") != 0 ||
		     exchange->model->options.change_set_keeps_tags;

	if (!form_has_list(&exchange->fields, "Tags")) {
		if (is_update && keeps)
			pairs_copy(&out->tags, &stack->live->tags);
		return true;
	}
	size_t count = form_item_count(&exchange->fields, "Tags");

	for (size_t i = 1; i <= count; i++) {
		const char *key = form_item(&exchange->fields, "Tags", i, "Key");

		if (text_starts(key, "aws:"))
			return invalid(exchange, "aws: prefixed tag key names are not allowed for "
						 "external use.");
		if (pairs_has(&out->tags, key))
			return invalid(exchange, "Duplicate tag keys found: [%s]", key);
		pairs_add(&out->tags, key, form_item(&exchange->fields, "Tags", i, "Value"));
	}
	return true;
}

/* Capabilities given with a change set replace the old ones, also by none; an UpdateStack without
 * them keeps what DescribeStacks shows (recorded both). What is needed must be given each time. */
static bool read_capabilities(struct exchange *exchange, const struct stack *stack, bool is_update,
	struct deployment *out)
{
	const struct texts *needed = &blueprint_summary(out->blueprint)->capabilities;
	AUTO_DONE(texts_done) struct texts missing = {0};
	bool named = false;

	form_texts(&exchange->fields, "Capabilities", &out->capabilities);
	texts_sort(&out->capabilities);
	named = texts_have(&out->capabilities, "CAPABILITY_NAMED_IAM");
	for (size_t i = 0; i < needed->count; i++) {
		const char *capability = needed->items[i];
		bool covered = named && strcmp(capability, "CAPABILITY_IAM") == 0;

		if (!covered && !texts_have(&out->capabilities, capability))
			texts_add(&missing, capability);
	}
	if (missing.count) {
		AUTO(free_text) char *list = texts_join(&missing, ", ");

		return refuse(exchange, 400, "InsufficientCapabilitiesException",
			"Requires capabilities : [%s]", list);
	}
	if (is_update && strcmp(exchange->action, "UpdateStack") == 0 && !out->capabilities.count)
		texts_copy(&out->capabilities, &stack->live->capabilities);
	return true;
}

static bool read_arguments(struct exchange *exchange, const struct stack *stack, bool is_update,
	struct deployment *out)
{
	const struct pairs *fields = &exchange->fields;
	size_t count = form_item_count(fields, "Parameters");
	struct given_argument *given = xcalloc(count, sizeof(*given));
	struct evaluation evaluation;
	struct error e = {0};
	bool ok = true;

	for (size_t i = 0; i < count && ok; i++) {
		const char *previous = form_item(fields, "Parameters", i + 1, "UsePreviousValue");

		given[i].name = form_item(fields, "Parameters", i + 1, "ParameterKey");
		given[i].value = form_item(fields, "Parameters", i + 1, "ParameterValue");
		given[i].use_previous = previous && strcmp(previous, "true") == 0;
		if (!given[i].name)
			ok = invalid(exchange,
				"1 validation error detected: Value null at "
				"'parameters.%zu.member.parameterKey' failed to "
				"satisfy constraint: Member must not be null",
				i + 1);
	}
	evaluation_begin(&evaluation, exchange->model, stack, NULL);
	if (ok && !arguments_resolve(out->blueprint, given, count,
			  is_update ? &stack->live->arguments : NULL, &evaluation.environment,
			  &out->arguments, &e))
		ok = invalid(exchange, "%s", e.text);
	free(given);
	return ok;
}

/* Only the types that the caller named may occur: "AWS::EC2::*", "AWS::*", "AWS::SNS::Topic". */
static bool check_types(struct exchange *exchange, const struct deployment *deployment)
{
	const struct texts *used = &blueprint_summary(deployment->blueprint)->resource_types;
	AUTO_DONE(texts_done) struct texts allowed = {0};

	form_texts(&exchange->fields, "ResourceTypes", &allowed);
	for (size_t i = 0; i < used->count && allowed.count; i++) {
		bool found = false;

		for (size_t j = 0; j < allowed.count && !found; j++) {
			const char *pattern = allowed.items[j];
			size_t length = strlen(pattern);

			found = strcmp(pattern, used->items[i]) == 0 ||
				(text_ends(pattern, "::*") &&
					strncmp(pattern, used->items[i], length - 1) == 0);
		}
		if (!found) {
			AUTO(free_text) char *list = texts_join(&allowed, ", ");

			return invalid(exchange,
				"Resource type %s is not allowed by parameter ResourceTypes [%s]",
				used->items[i], list);
		}
	}
	return true;
}

/* Alarms that roll an operation back are kept and shown; none ever goes off here. */
static bool read_rollback_configuration(struct exchange *exchange, const struct stack *stack,
	bool is_update, struct deployment *out)
{
	static const char triggers[] = "RollbackConfiguration.RollbackTriggers";
	const char *minutes = field(exchange, "RollbackConfiguration.MonitoringTimeInMinutes");
	size_t count = form_item_count(&exchange->fields, triggers);

	for (size_t i = 1; i <= count; i++) {
		const char *arn = form_item(&exchange->fields, triggers, i, "Arn");
		const char *type = form_item(&exchange->fields, triggers, i, "Type");

		if (!type || (strcmp(type, "AWS::CloudWatch::Alarm") != 0 &&
				     strcmp(type, "AWS::CloudWatch::CompositeAlarm") != 0))
			return invalid(exchange, "Rollback Trigger Type not supported");
		if (!arn || !strstr(arn, ":alarm:"))
			return invalid(
				exchange, "RelativeId of a Rollback Trigger's ARN is incorrect");
		pairs_add(&out->triggers, arn, type);
	}
	if (is_update && !minutes && !form_has_list(&exchange->fields, triggers)) {
		pairs_copy(&out->triggers, &stack->live->triggers);
		minutes = stack->live->monitoring_minutes;
	}
	out->monitoring_minutes = xstrdup(minutes);
	return true;
}

static bool read_rest(struct exchange *exchange, const struct stack *stack, bool is_update,
	struct deployment *out)
{
	const char *role = field(exchange, "RoleARN");

	if (role && texts_have(&exchange->model->bad_roles, role))
		return invalid(exchange, "Role %s is invalid or cannot be assumed", role);

	if (form_has_list(&exchange->fields, "NotificationARNs"))
		form_texts(&exchange->fields, "NotificationARNs", &out->notification_arns);
	else if (is_update)
		texts_copy(&out->notification_arns, &stack->live->notification_arns);
	out->role_arn = xstrdup(role ? role : is_update ? stack->live->role_arn : NULL);
	return read_rollback_configuration(exchange, stack, is_update, out);
}

struct deployment *submission_read(
	struct exchange *exchange, const struct stack *stack, bool is_update)
{
	AUTO(deployment_free) struct deployment *out = xcalloc(1, sizeof(*out));
	const char *body = choose_template(exchange, stack, is_update);

	if (!body)
		return NULL;
	out->body = xstrdup(body);
	out->blueprint = submitted_blueprint(exchange, body);
	if (!out->blueprint || !read_tags(exchange, stack, is_update, out) ||
		!check_types(exchange, out) || !read_arguments(exchange, stack, is_update, out) ||
		!read_capabilities(exchange, stack, is_update, out) ||
		!read_rest(exchange, stack, is_update, out))
		return NULL;
	return take(out);
}

bool submission_plan(struct exchange *exchange, const struct stack *stack,
	const struct submission *submission, struct transition *out)
{
	const struct deployment *deployment = submission->deployment;

	struct evaluation evaluation;
	struct error e = {0};
	bool deployed = stack->resources.count || stack->outputs.count;
	struct transition_start start = {
		.resources = deployed ? &stack->resources : NULL,
		.outputs = deployed ? &stack->outputs : NULL,
		.arguments = deployed && stack->live ? &stack->live->arguments : NULL,
		.imported = submission->imported,
	};

	evaluation_begin(&evaluation, exchange->model, stack, deployment);
	evaluation.nested_seen = submission->nested_seen;
	evaluation.executing = submission->executing;
	if (transition_plan(deployment->blueprint, &evaluation.environment, &start,
		    submission->mode, out, &e))
		return true;
	return invalid(exchange, "%s", e.text);
}

bool tags_equal(const struct pairs *a, const struct pairs *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const char *other = pairs_get(b, a->items[i].name);

		if (!other || strcmp(other, a->items[i].value) != 0)
			return false;
	}
	return true;
}

bool deployment_differs(const struct deployment *a, const struct deployment *b)
{
	const char *role_a = a->role_arn ? a->role_arn : "";
	const char *role_b = b->role_arn ? b->role_arn : "";

	return !tags_equal(&a->tags, &b->tags) ||
	       !texts_equal(&a->notification_arns, &b->notification_arns) ||
	       strcmp(role_a, role_b) != 0;
}
