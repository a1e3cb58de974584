#include "cloudformation/ledger.h"

#include <string.h>

#include "cloudformation/form.h"
#include "cloudformation/nested.h"

enum { TRANSCRIPT_VALUE = 256 };

struct digest submitted_digest(const struct pairs *fields, bool all)
{
	static const char *const identity[] = {"Action", "Version", "StackName", "ChangeSetName",
		"ClientRequestToken", "ClientToken"};
	struct digest_stream stream;

	digest_begin(&stream);
	for (size_t i = 0; i < fields->count; i++) {
		bool skipped = false;

		for (size_t j = 0; j < COUNT(identity) && !all; j++)
			skipped = skipped || strcmp(fields->items[i].name, identity[j]) == 0;
		if (skipped)
			continue;
		digest_field(&stream, fields->items[i].name);
		digest_field(&stream, fields->items[i].value);
	}
	return digest_end(&stream);
}

static void submitted_parameters(const struct pairs *fields, struct pairs *out)
{
	size_t count = form_item_count(fields, "Parameters");

	for (size_t i = 1; i <= count; i++) {
		const char *name = form_item(fields, "Parameters", i, "ParameterKey");

		if (name)
			pairs_add(out, name, form_item(fields, "Parameters", i, "ParameterValue"));
	}
}

size_t ledger_add(struct exchange *exchange, const struct stack *stack, const char *change_set)
{
	struct model *model = exchange->model;
	const char *token = field(exchange, "ClientRequestToken");

	if (!token)
		token = field(exchange, "ClientToken");
	GROW(model->entries, model->entry_size, model->entry_count + 1);
	struct model_entry *entry = &model->entries[model->entry_count++];

	*entry = (struct model_entry){
		.time_ms = exchange->now_ms,
		.action = xstrdup(exchange->action),
		.account = xstrdup(exchange->account),
		.region = xstrdup(exchange->region),
		.access_key = xstrdup(exchange->access_key),
		.request_id = xstrdup(exchange->request_id),
		.stack_id = stack ? xstrdup(stack->id) : NULL,
		.stack_name = stack ? xstrdup(stack->name) : NULL,
		.change_set = xstrdup(change_set),
		.token = xstrdup(token),
		.digest = submitted_digest(&exchange->fields, false),
	};
	submitted_parameters(&exchange->fields, &entry->parameters);
	exchange->effect = true;
	return model->entry_count - 1;
}

static void add_loss(struct model_entry *entry, const struct model_loss *loss)
{
	struct model_loss *losses = xrealloc(
		(struct model_loss *)entry->losses, (entry->loss_count + 1) * sizeof(*losses));

	losses[entry->loss_count++] = (struct model_loss){
		.stack_id = xstrdup(loss->stack_id),
		.logical_id = xstrdup(loss->logical_id),
		.physical_id = xstrdup(loss->physical_id),
		.type = xstrdup(loss->type),
		.action = loss->action,
		.replacement = loss->replacement,
		.policy_action = loss->policy_action,
	};
	entry->losses = losses;
}

void ledger_losses(struct model *model, size_t entry, const struct stack *stack,
	const struct transition *transition)
{
	for (size_t i = 0; i < transition->change_count; i++) {
		const struct change *change = &transition->changes[i];
		bool modified = change->action == CHANGE_MODIFY;
		struct model_loss loss = {.stack_id = stack->id,
			.action = change_action_name(change->action),
			.replacement =
				modified ? change_replacement_name(change->replacement) : NULL,
			.policy_action = change->policy_action};

		if (change->nested)
			ledger_losses(
				model, entry, change->nested->child, &change->nested->transition);
		if (modified && change->change_set_id)
			texts_add(&model->entries[entry].nested_sets, change->change_set_id);
		if (change->action != CHANGE_REMOVE &&
			!(modified && change->replacement != REPLACEMENT_FALSE))
			continue;
		loss.logical_id = change->before->logical_id;
		loss.physical_id = change->before->physical_id;
		loss.type = change->before->type;
		add_loss(&model->entries[entry], &loss);
	}
}

void ledger_executed(struct model *model, size_t entry, size_t proposal)
{
	struct model_entry *to = &model->entries[entry];

	to->digest = model->entries[proposal].digest;
	pairs_copy(&to->parameters, &model->entries[proposal].parameters);
	texts_copy(&to->nested_sets, &model->entries[proposal].nested_sets);
	for (size_t i = 0; i < model->entries[proposal].loss_count; i++)
		add_loss(to, &model->entries[proposal].losses[i]);
}

void ledger_object(struct exchange *exchange, const struct object *object)
{
	struct model *model = exchange->model;
	size_t number = ledger_add(exchange, NULL, NULL);
	struct model_entry *entry = &model->entries[number];

	entry->bucket = xstrdup(object->bucket);
	entry->key = xstrdup(object->key);
	entry->size = object->length;
	entry->digest = object->digest;
	entry->result = xstrdup("COMPLETE");
	entry->end_ms = exchange->now_ms;
}

void ledger_changed(struct model *model, size_t entry)
{
	model->entries[entry].changed = true;
}

void ledger_end(struct model *model, size_t entry, uint64_t now_ms, const char *result)
{
	if (entry == (size_t)NO_ENTRY)
		return;
	free((char *)model->entries[entry].result);
	model->entries[entry].result = xstrdup(result);
	model->entries[entry].end_ms = now_ms;
}

/* Templates and the like are cut: a transcript is for reading. */
static void copy_fields(struct pairs *to, const struct pairs *from)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct pair *pair = &from->items[i];
		size_t length = strlen(pair->value);

		if (length <= TRANSCRIPT_VALUE) {
			pairs_add(to, pair->name, pair->value);
			continue;
		}
		AUTO(free_text)
		char *cut = xasprintf("%.*s... (%zu bytes)", 64, pair->value, length);

		pairs_add(to, pair->name, cut);
	}
}

void transcript_add(const struct exchange *exchange, const struct model_reply *reply)
{
	struct model *model = exchange->model;

	GROW(model->lines, model->line_size, model->line_count + 1);
	struct model_line *line = &model->lines[model->line_count++];

	*line = (struct model_line){
		.time_ms = exchange->now_ms,
		.service = exchange->service,
		.host = xstrdup(exchange->host),
		.action = xstrdup(exchange->action ? exchange->action : ""),
		.account = xstrdup(exchange->account),
		.region = xstrdup(exchange->region),
		.access_key = xstrdup(exchange->access_key),
		.request_id = xstrdup(exchange->request_id),
		.fate = reply->fate,
		.status = exchange->status,
		.code = xstrdup(exchange->code),
		.effect = exchange->effect,
	};
	copy_fields(&line->fields, &exchange->fields);
}

static struct known_token *find_token(const struct exchange *exchange, const char *token)
{
	struct model *model = exchange->model;

	for (size_t i = model->token_count; i-- > 0;) {
		struct known_token *known = &model->tokens[i];

		if (strcmp(known->token, token) == 0 &&
			strcmp(known->account, exchange->account) == 0 &&
			strcmp(known->region, exchange->region) == 0)
			return known;
	}
	return NULL;
}

bool token_seen(struct exchange *exchange, const char *field_name)
{
	const char *token = field(exchange, field_name);
	const struct known_token *known = token ? find_token(exchange, token) : NULL;

	if (!known)
		return false;
	if (exchange->model->options.tokens_are_forgotten && !known->stack->operation)
		return false;
	struct digest digest = submitted_digest(&exchange->fields, true);

	if (digest_equal(&digest, &known->digest)) {
		text_add(&exchange->result, known->reply);
		return true;
	}
	refuse(exchange, 400, "TokenAlreadyExistsException",
		exchange->model->options.other_texts ? "The token %s is in use by another request."
						     : "A client request token already exists.",
		token);
	return true;
}

void token_keep(struct exchange *exchange, const char *field_name, const struct stack *stack)
{
	struct model *model = exchange->model;
	const char *token = field(exchange, field_name);

	if (!token || *exchange->code)
		return;
	GROW(model->tokens, model->token_size, model->token_count + 1);
	model->tokens[model->token_count++] = (struct known_token){
		.account = xstrdup(exchange->account),
		.region = xstrdup(exchange->region),
		.token = xstrdup(token),
		.reply = xstrdup(text_string(&exchange->result)),
		.digest = submitted_digest(&exchange->fields, true),
		.stack = stack,
	};
}

static void entry_done(struct model_entry *entry)
{
	free((char *)entry->action);
	free((char *)entry->account);
	free((char *)entry->region);
	free((char *)entry->access_key);
	free((char *)entry->request_id);
	free((char *)entry->stack_id);
	free((char *)entry->stack_name);
	free((char *)entry->change_set);
	free((char *)entry->token);
	free((char *)entry->result);
	free((char *)entry->bucket);
	free((char *)entry->key);
	pairs_done(&entry->parameters);
	texts_done(&entry->nested_sets);
	for (size_t i = 0; i < entry->loss_count; i++) {
		free((char *)entry->losses[i].stack_id);
		free((char *)entry->losses[i].logical_id);
		free((char *)entry->losses[i].physical_id);
		free((char *)entry->losses[i].type);
	}
	free((struct model_loss *)entry->losses);
}

static void line_done(struct model_line *line)
{
	free((char *)line->host);
	free((char *)line->action);
	free((char *)line->account);
	free((char *)line->region);
	free((char *)line->access_key);
	free((char *)line->request_id);
	free((char *)line->code);
	pairs_done(&line->fields);
}

void ledger_done(struct model *model)
{
	for (size_t i = 0; i < model->entry_count; i++)
		entry_done(&model->entries[i]);
	for (size_t i = 0; i < model->line_count; i++)
		line_done(&model->lines[i]);
	for (size_t i = 0; i < model->token_count; i++) {
		free(model->tokens[i].account);
		free(model->tokens[i].region);
		free(model->tokens[i].token);
		free(model->tokens[i].reply);
	}
	free(model->entries);
	free(model->lines);
	free(model->tokens);
}
