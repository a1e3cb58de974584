#include "cloudformation/evaluate.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

void resource_copy(struct resource *to, const struct resource *from)
{
	*to = (struct resource){
		.logical_id = xstrdup(from->logical_id),
		.type = xstrdup(from->type),
		.physical_id = xstrdup(from->physical_id),
		.deletion_policy = xstrdup(from->deletion_policy),
		.update_replace_policy = xstrdup(from->update_replace_policy),
	};
	pairs_copy(&to->properties, &from->properties);
	pairs_copy(&to->attributes, &from->attributes);
	pairs_copy(&to->sections, &from->sections);
	texts_copy(&to->dependencies, &from->dependencies);
}

void resource_done(struct resource *resource)
{
	free(resource->logical_id);
	free(resource->type);
	free(resource->physical_id);
	free(resource->deletion_policy);
	free(resource->update_replace_policy);
	pairs_done(&resource->properties);
	pairs_done(&resource->attributes);
	pairs_done(&resource->sections);
	texts_done(&resource->dependencies);
	*resource = (struct resource){0};
}

void resources_add(struct resources *resources, const struct resource *resource)
{
	GROW(resources->items, resources->size, resources->count + 1);
	resource_copy(&resources->items[resources->count++], resource);
}

void resources_copy(struct resources *to, const struct resources *from)
{
	*to = (struct resources){0};
	for (size_t i = 0; i < from->count; i++)
		resources_add(to, &from->items[i]);
}

void resources_done(struct resources *resources)
{
	for (size_t i = 0; i < resources->count; i++)
		resource_done(&resources->items[i]);
	free(resources->items);
	*resources = (struct resources){0};
}

struct resource *resources_find(const struct resources *resources, const char *logical_id)
{
	for (size_t i = 0; resources && i < resources->count; i++) {
		if (strcmp(resources->items[i].logical_id, logical_id) == 0)
			return &resources->items[i];
	}
	return NULL;
}

char *resource_properties_json(const struct resource *resource)
{
	struct text json = {0};
	text_add_char(&json, '{');
	for (size_t i = 0; i < resource->properties.count; i++) {
		const struct pair *property = &resource->properties.items[i];
		text_add(&json, i ? "," : "");
		text_add_json(&json, property->name, strlen(property->name));
		text_add_char(&json, ':');
		text_add(&json, property->value);
	}
	text_add_char(&json, '}');
	return text_take(&json);
}

static void output_done(struct stack_output *output)
{
	free(output->name);
	free(output->value);
	free(output->description);
	free(output->export_name);
}

void stack_outputs_copy(struct stack_outputs *to, const struct stack_outputs *from)
{
	*to = (struct stack_outputs){0};
	for (size_t i = 0; i < from->count; i++) {
		const struct stack_output *output = &from->items[i];
		GROW(to->items, to->size, to->count + 1);
		to->items[to->count++] = (struct stack_output){
			.name = xstrdup(output->name),
			.value = xstrdup(output->value),
			.description = xstrdup(output->description),
			.export_name = xstrdup(output->export_name),
		};
	}
}

void stack_outputs_done(struct stack_outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		output_done(&outputs->items[i]);
	free(outputs->items);
	*outputs = (struct stack_outputs){0};
}
