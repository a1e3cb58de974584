#include <string.h>

#include "cloudformation/change_sets.h"
#include "cloudformation/xml.h"

static const char *attribute_change(const struct change_detail *detail)
{
	return !detail->before ? "Add" : !detail->after ? "Remove" : "Modify";
}

static void render_detail(const struct change_detail *detail, bool with_values, struct text *out)
{
	xml_open(out, "member");
	xml_open(out, "Target");
	xml_text(out, "Attribute", detail->attribute);
	xml_text(out, "Name", detail->name);
	xml_text(out, "RequiresRecreation", change_recreation_name(detail->recreation));
	if (with_values) {
		xml_text(out, "Path", detail->path);
		xml_text(out, "BeforeValue", detail->before);
		xml_text(out, "AfterValue", detail->after);
		if (detail->source != SOURCE_AUTOMATIC)
			xml_text(out, "AttributeChangeType", attribute_change(detail));
	}
	xml_close(out, "Target");
	xml_text(out, "Evaluation", detail->is_dynamic ? "Dynamic" : "Static");
	xml_text(out, "ChangeSource", change_source_name(detail->source));
	xml_text(out, "CausingEntity", detail->causing_entity);
	xml_close(out, "member");
}

void render_change(const struct change *change, bool with_values, struct text *out)
{
	const struct resource *resource = change->after ? change->after : change->before;

	xml_open(out, "member");
	xml_text(out, "Type", "Resource");
	xml_open(out, "ResourceChange");
	xml_text(out, "PolicyAction", change->policy_action);
	xml_text(out, "Action", change_action_name(change->action));
	xml_text(out, "LogicalResourceId", resource->logical_id);
	if (change->before || change->action == CHANGE_IMPORT)
		xml_text(out, "PhysicalResourceId",
			change->before ? change->before->physical_id : change->after->physical_id);
	xml_text(out, "ResourceType", resource->type);
	if (change->action == CHANGE_MODIFY)
		xml_text(out, "Replacement", change_replacement_name(change->replacement));
	xml_texts(out, "Scope", &change->scope);
	xml_open(out, "Details");
	for (size_t i = 0; i < change->detail_count; i++)
		render_detail(&change->details[i], with_values, out);
	xml_close(out, "Details");
	xml_text(out, "ChangeSetId", change->change_set_id);
	if (with_values) {
		xml_text(out, "BeforeContext", change->before_context);
		xml_text(out, "AfterContext", change->after_context);
	}
	xml_close(out, "ResourceChange");
	xml_close(out, "member");
}
