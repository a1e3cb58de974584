#include "stack/manifest.h"

#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "stack/manifest_read.h"
#include "stack/names.h"

static const char *const kind_words[] = {"stack", "cluster", "service", NULL};
static const char *const capability_words[] = {
	"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND", NULL};
static const char *const on_failure_words[] = {"rollback", "delete", "keep", NULL};
static const char *const apply_words[] = {"auto", "approve", "never", NULL};
static const char *const guard_words[] = {"stateful", "all", "none", NULL};
static const char *const on_removal_words[] = {"keep", "delete", NULL};

const char *stack_kind_name(enum stack_kind kind)
{
	return kind_words[kind];
}

static void read_kind(struct reading *reading, const struct key *key, const struct node *value)
{
	int kind = read_word(reading, key, value);

	reading->kind_broken = kind < 0;
	if (kind >= 0)
		reading->manifest->kind = (enum stack_kind)kind;
}

static void read_stack_name(
	struct reading *reading, const struct key *key, const struct node *value)
{
	const char *what = "a letter, then letters, digits and '-', at most 128 in all";
	const char *name = read_text(reading, key->name, what, value);

	reading->manifest->identified = false;
	reading->manifest->name_line = value->line;
	reading->manifest->name_column = value->column;
	if (name && !stack_name_valid(name))
		read_unexpected(reading, key->name, what, value);
	else if (name) {
		replace_text(&reading->manifest->stack_name, name);
		reading->manifest->identified = true;
	}
}

static void read_region(struct reading *reading, const struct key *key, const struct node *value)
{
	const char *what = "a region such as eu-west-1";
	const char *region = read_text(reading, key->name, what, value);

	if (region && region_valid(region)) {
		replace_text(&reading->manifest->region, region);
		return;
	}
	if (region)
		read_unexpected(reading, key->name, what, value);
	reading->manifest->identified = false;
}

static void read_cluster(struct reading *reading, const struct key *key, const struct node *value)
{
	read_reference(reading, EDGE_CLUSTER, key->name, value);
}

static void read_references(struct reading *reading, enum edge_kind kind, const struct key *key,
	const struct node *value)
{
	if (!read_text_list(reading, key->name, "the name of a manifest or stack", value))
		return;
	for (size_t i = 0; i < value->count; i++)
		read_reference(reading, kind, key->name, value->items[i]);
}

static void read_parents(struct reading *reading, const struct key *key, const struct node *value)
{
	read_references(reading, EDGE_PARENT, key, value);
}

static void read_depends_on(
	struct reading *reading, const struct key *key, const struct node *value)
{
	read_references(reading, EDGE_ORDER, key, value);
}

static void read_template_path(
	struct reading *reading, const struct key *key, const struct node *value)
{
	struct manifest *manifest = reading->manifest;
	const char *path = read_text(reading, key->name, "the path of a file", value);

	if (!path)
		return;
	if (!*path || text_ends(path, "/") || strlen(path) > 4095) {
		read_unexpected(reading, key->name, "the path of a file", value);
		return;
	}
	replace_text(&manifest->template_path, path);
	manifest->template_line = value->line;
	manifest->template_column = value->column;
}

/* Plain text is refused: it is a path that belongs after template-file-path. */
static void read_template(struct reading *reading, const struct key *key, const struct node *value)
{
	if (value->kind == NODE_LIST || node_is_nothing(value) ||
		(value->kind == NODE_SCALAR && value->plain)) {
		read_unexpected(reading, key->name,
			"the template itself (as a block, 'template: |', or a map; its path goes "
			"with 'template-file-path:')",
			value);
		return;
	}
	reading->manifest->template_node = value;
	reading->manifest->template_line = value->line;
	reading->manifest->template_column = value->column;
}

static void read_capabilities(
	struct reading *reading, const struct key *key, const struct node *value)
{
	if (!read_text_list(reading, key->name, "a capability", value))
		return;
	for (size_t i = 0; i < value->count; i++) {
		int word = read_word(reading, key, value->items[i]);

		if (word >= 0)
			texts_add(&reading->manifest->capabilities, key->words[word]);
	}
}

/* "suspend: false" is no sentence: it would suspend the stack, which is not what it says. */
static void read_suspend(struct reading *reading, const struct key *key, const struct node *value)
{
	static const char *const switches[] = {"true", "false", "yes", "no", "on", "off"};
	const char *what = "a sentence that says why, or no 'suspend:' at all";
	const char *sentence = read_text(reading, key->name, what, value);

	if (!sentence)
		return;
	for (size_t i = 0; i < COUNT(switches); i++)
		if (value->plain && strcasecmp(sentence, switches[i]) == 0) {
			read_unexpected(reading, key->name, what, value);
			return;
		}
	if (!sentence[strspn(sentence, " \t\n")])
		read_unexpected(reading, key->name, what, value);
	else
		replace_text(&reading->manifest->suspend, sentence);
}

/* In the order in which they are read: edges come out by kind. */
static const struct key keys[] = {
	{"kind", read_kind, kind_words},
	{"stack-name", read_stack_name},
	{"region", read_region},
	{"cluster", read_cluster},
	{"parents", read_parents},
	{"parameters", read_parameters},
	{"depends-on", read_depends_on},
	{"template-file-path", read_template_path},
	{"template", read_template},
	{"template-url", read_template_url},
	{"capabilities", read_capabilities, capability_words},
	{"tags", read_tags},
	{"notification-arns", read_topics},
	{"termination-protection", read_protection},
	{"stack-policy-file-path", read_policy_path},
	{"role-arn", read_role},
	{"timeout-in-minutes", read_minutes},
	{"on-failure", read_on_failure, on_failure_words},
	{"assume-role-arn", read_assume_role},
	{"external-id", read_external_id},
	{"apply", read_apply, apply_words},
	{"guard", read_guard, guard_words},
	{"on-removal", read_on_removal, on_removal_words},
	{"dedicated", read_dedicated},
	{"follow-ssm", read_follow_ssm},
	{"suspend", read_suspend},
};

const char *manifest_key(size_t index)
{
	return index < COUNT(keys) ? keys[index].name : NULL;
}

static bool is_key(const char *name)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return true;
	return false;
}

static void check_names(struct reading *reading, const struct node *root)
{
	for (size_t i = 0; i < root->count && reading->fault_count < PROBLEMS_LIMIT; i++) {
		const char *name = root->names[i]->text;
		struct nearest nearest = nearest_to(name);

		if (is_key(name))
			continue;
		for (size_t j = 0; j < COUNT(keys); j++)
			nearest_offer(&nearest, keys[j].name);
		read_fault(reading, root->names[i], "unknown key '%s'%s", shown(name).text,
			nearest_hint(&nearest).text);
	}
}

static void check_templates(struct reading *reading, const struct node *root)
{
	static const char *const ways[] = {"template-file-path", "template", "template-url"};
	const struct node *first = NULL;

	for (size_t i = 0; i < COUNT(ways); i++) {
		const struct node *way = node_name(root, ways[i]);

		if (way && first)
			read_fault(reading, way->line > first->line ? way : first,
				"found both '%s:' and '%s:', expected one of them", first->text,
				way->text);
		first = way && !first ? way : first;
	}
	if (!first)
		read_fault(reading, root,
			"found no template, expected 'template-file-path:', 'template:' or "
			"'template-url:'");
}

/* What no key says alone. */
static void check_together(struct reading *reading, const struct node *root)
{
	struct manifest *manifest = reading->manifest;
	const struct node *kind = node_get(root, "kind");
	const struct node *cluster = node_name(root, "cluster");
	const struct node *dedicated = node_name(root, "dedicated");
	const struct node *external_id = node_name(root, "external-id");

	if (cluster && (!kind || reading->kind_broken))
		manifest->kind = KIND_SERVICE;
	if (cluster && manifest->kind != KIND_SERVICE)
		read_fault(reading, cluster,
			"found 'cluster:' with 'kind: %s', expected it only with 'kind: service'",
			stack_kind_name(manifest->kind));
	if (kind && manifest->kind == KIND_SERVICE && !cluster)
		read_fault(reading, kind,
			"found 'kind: service' without 'cluster:', expected the name of the "
			"service's cluster there");
	if (dedicated && manifest->kind != KIND_SERVICE && !reading->kind_broken)
		read_fault(reading, dedicated,
			"found 'dedicated:' with %s%s%s, expected it only with 'kind: service'",
			kind ? "'kind: " : "no 'cluster:'",
			kind ? stack_kind_name(manifest->kind) : "", kind ? "'" : "");
	if (external_id && !node_get(root, "assume-role-arn"))
		read_fault(reading, external_id,
			"found 'external-id:' alone, expected 'assume-role-arn:' with it");
}

static void check_name(struct reading *reading, const struct node *root, const char *name)
{
	struct manifest *manifest = reading->manifest;

	if (node_get(root, "stack-name"))
		return;
	if (stack_name_valid(name)) {
		manifest->stack_name = xstrdup(name);
		return;
	}
	manifest->identified = false;
	read_fault(reading, root,
		"found no 'stack-name:', and the file's name '%s' can't be one (a letter, then "
		"letters, digits and '-'): set 'stack-name:' or rename the file",
		shown(name).text);
}

static void read_root(struct reading *reading, const char *name)
{
	const struct node *root = reading->manifest->root;

	if (root->kind != NODE_MAP) {
		bool colon = root->kind == NODE_SCALAR && root->plain && strchr(root->text, ':');

		read_fault(reading, root,
			"expected a map of keys such as 'parameters:', found %s%s",
			node_describe(root), colon ? ": a ':' needs a plain space behind it" : "");
		return;
	}
	reading->manifest->identified = true;
	check_names(reading, root);
	check_name(reading, root, name);
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct node *value = node_get(root, keys[i].name);

		if (value)
			keys[i].read(reading, &keys[i], value);
	}
	check_templates(reading, root);
	check_together(reading, root);
}

static int by_position(const void *a, const void *b)
{
	const struct fault *left = a;
	const struct fault *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return (left->column > right->column) - (left->column < right->column);
}

static void tell_faults(struct reading *reading, const char *file, struct texts *problems)
{
	if (reading->fault_count)
		qsort(reading->faults, reading->fault_count, sizeof(struct fault), by_position);
	for (size_t i = 0; i < reading->fault_count; i++) {
		struct fault *fault = &reading->faults[i];
		AUTO(free_text)
		char *problem =
			xasprintf("%s:%u:%u: %s", file, fault->line, fault->column, fault->text);

		texts_add(problems, problem);
		free(fault->text);
	}
}

struct manifest *manifest_parse(
	const char *file, const char *bytes, size_t length, struct texts *problems)
{
	AUTO(manifest_free) struct manifest *manifest = xcalloc(1, sizeof(*manifest));
	AUTO(free_text) char *name = manifest_name(file);
	struct reading reading = {.manifest = manifest};
	struct error e = {0};

	manifest->root = text_ends(file, ".json") ? document_json(bytes, length, NULL, &e)
						  : document_yaml(bytes, length, NULL, &e);
	if (manifest->root && node_get(manifest->root, "Resources")) {
		manifest->template_like = true;
	} else if (length > MANIFEST_LIMIT) {
		AUTO(free_text)
		char *problem =
			xasprintf("%s:1:1: found %zu bytes, expected at most %d in a manifest",
				file, length, MANIFEST_LIMIT);
		texts_add(problems, problem);
	} else if (!manifest->root) {
		AUTO(free_text) char *problem = xasprintf("%s:%s", file, e.text);
		texts_add(problems, problem);
	} else {
		read_root(&reading, name);
		tell_faults(&reading, file, problems);
	}
	return take(manifest);
}
