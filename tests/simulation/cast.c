#include "simulation/cast.h"

#include <stdlib.h>
#include <string.h>

#include "simulation/nest.h"
#include "simulation/others.h"
#include "simulation/traits.h"
#include "simulation/users.h"
#include "stack/names.h"

const char *cast_tone(const struct member *member)
{
	static const char *const tones[] = {"calm", "loud", "shrill"};

	return tones[member->tone % COUNT(tones)];
}

static bool is_service(const struct member *member)
{
	for (size_t i = 0; i < member->parent_count; i++)
		if (member->parents[i].tie == TIE_CLUSTER)
			return true;
	return false;
}

static void add_parent(struct cast *cast, struct chance *chance, size_t index)
{
	struct member *member = &cast->members[index];
	size_t parent = chance_below(chance, index);
	enum tie tie = (enum tie)chance_below(chance, 4);

	for (size_t i = 0; i < member->parent_count; i++)
		if (member->parents[i].member == parent ||
			(tie == TIE_CLUSTER && member->parents[i].tie == TIE_CLUSTER))
			return;
	if (tie == TIE_CLUSTER &&
		(!cast->members[parent].managed || is_service(&cast->members[parent])))
		tie = TIE_PARENT;
	if (!cast->members[parent].managed && cast->members[parent].region != member->region)
		return;
	member->parents[member->parent_count++] = (struct parent){parent, tie};
	if (tie == TIE_CLUSTER)
		cast->members[parent].has_service = true;
}

/* The second one takes its values from the first, which is somebody else's. */
static void lend(struct cast *cast)
{
	struct member *child = &cast->members[1];

	child->region = cast->members[0].region;
	child->parent_count = 1;
	child->parents[0] = (struct parent){0, TIE_PARENT};
}

void cast_begin(struct cast *cast, struct chance *chance, bool theirs)
{
	bool two_regions = chance_hits(chance, 250);

	*cast = (struct cast){
		.count = MEMBERS_LEAST + chance_below(chance, MEMBERS_LIMIT - MEMBERS_LEAST + 1)};
	for (size_t i = 0; i < cast->count; i++) {
		struct member *member = &cast->members[i];
		size_t wanted = chance_below(chance, PARENTS_LIMIT + 1);

		member->name = xasprintf("s%zu", i);
		member->stack = xstrdup(member->name);
		member->region =
			two_regions && chance_hits(chance, 400) ? "us-east-1" : WORLD_REGION;
		member->reach = &reaches[REACH_OWN];
		member->managed = i + 1 == cast->count || !chance_hits(chance, 150);
		if (theirs && i < 2)
			member->managed = i == 1;
		member->inside = chance_hits(chance, 250);
		member->secret = chance_hits(chance, 300);
		member->listed = chance_hits(chance, 300);
		member->holds = chance_hits(chance, 300);
		member->goes = chance_hits(chance, 400);
		member->size = 1;
		for (size_t j = 0; j < wanted && i && member->managed; j++)
			add_parent(cast, chance, i);
	}
	if (theirs)
		lend(cast);
}

void cast_begin_keys(struct cast *cast, struct world *world)
{
	for (size_t i = 0; i < cast->count; i++) {
		struct member *member = &cast->members[i];
		struct chance chance = chance_for(world->seed, member->name, "keys", 0);

		if (!member->managed)
			continue;
		keys_begin(&member->keys, &chance);
		member->fed = chance_hits(&chance, 200);
		if (member->fed)
			others_keep(member, world);
	}
}

void cast_done(struct cast *cast)
{
	for (size_t i = 0; i < cast->count; i++) {
		free(cast->members[i].name);
		free(cast->members[i].stack);
	}
}

bool cast_gives_outputs(const struct parent *parent)
{
	return parent->tie == TIE_CLUSTER || parent->tie == TIE_PARENT;
}

static void add_parameters(const struct cast *cast, const struct member *member, struct text *out)
{
	text_add(out, "{\"Size\":{\"Type\":\"String\"},"
		      "\"Tone\":{\"Type\":\"String\",\"Default\":\"calm\"}");
	if (member->secret)
		text_add(out, ",\"Password\":{\"Type\":\"String\",\"NoEcho\":true}");
	if (member->listed)
		text_add(out, ",\"Names\":{\"Type\":\"CommaDelimitedList\"}");
	if (member->fed)
		text_add(out, ",\"Image\":{\"Type\":\"AWS::SSM::Parameter::Value<String>\"}");
	for (size_t i = 0; i < member->parent_count; i++) {
		const struct parent *parent = &member->parents[i];
		const char *name = cast->members[parent->member].name;

		if (cast_gives_outputs(parent))
			text_format(out,
				",\"%sSize\":{\"Type\":\"String\"},\"%sTopic\":{\"Type\":"
				"\"String\"}",
				name, name);
		else if (parent->tie == TIE_OUTPUT)
			text_format(out, ",\"From%s\":{\"Type\":\"String\"}", name);
	}
	text_add(out, "}");
}

/* A note that says everything the stack was given, so that each parameter counts. */
static void add_note(const struct cast *cast, const struct member *member, struct text *out)
{
	text_add(out, "\"Note\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":"
		      "\"String\",\"Value\":{\"Fn::Sub\":\"${Size} ${Tone}");
	if (member->secret)
		text_add(out, " ${Password}");
	if (member->fed)
		text_add(out, " ${Image}");
	for (size_t i = 0; i < member->parent_count; i++) {
		const struct parent *parent = &member->parents[i];
		const char *name = cast->members[parent->member].name;

		if (cast_gives_outputs(parent))
			text_format(out, " ${%sSize} ${%sTopic}", name, name);
		else if (parent->tie == TIE_OUTPUT)
			text_format(out, " ${From%s}", name);
	}
	text_add(out, "\"}}}");
	if (member->listed)
		text_add(out, ",\"List\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{"
			      "\"Type\":\"String\",\"Value\":{\"Fn::Join\":[\";\",{\"Ref\":"
			      "\"Names\"}]}}}");
}

/* What holds something: another key is another table, and a queue comes and goes. */
static void add_table(const struct member *member, struct text *out)
{
	if (member->nests)
		nest_add(member, out);
	if (!member->holds || member->nests)
		return;
	text_format(out,
		",\"Table\":{\"Type\":\"AWS::DynamoDB::Table\",\"Properties\":{\"BillingMode\":"
		"\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[{\"AttributeName\":\"key%u\","
		"\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"key%u\","
		"\"KeyType\":\"HASH\"}]}}",
		member->table, member->table);
	if (member->table % 2)
		text_add(out, ",\"Queue\":{\"Type\":\"AWS::SQS::Queue\"}");
}

void cast_template(const struct cast *cast, const struct member *member, struct text *out)
{
	const char *gap = member->layout % 2 ? "\n  " : "";

	text_format(out, "{%s\"Description\":\"%s, wording %u\",%s", gap, member->name,
		member->wording, gap);
	traits_add_metadata(member, out);
	text_add(out, "\"Parameters\":");
	add_parameters(cast, member, out);
	text_format(out,
		",%s\"Conditions\":{\"Loud\":{\"Fn::Equals\":[{\"Ref\":\"Tone\"},\"loud\"]}},%s"
		"\"Resources\":{",
		gap, gap);
	add_note(cast, member, out);
	add_table(member, out);
	text_format(out,
		",%s\"Topic\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":"
		"\"%s-%u\",\"DisplayName\":\"revision %u\"}},%s\"Horn\":{\"Type\":"
		"\"AWS::SNS::Topic\",\"Condition\":\"Loud\",\"DependsOn\":\"Topic\"}},",
		gap, member->name, member->generation, member->revision, gap);
	text_format(out,
		"%s\"Outputs\":{\"%sSize\":{\"Value\":{\"Fn::Sub\":\"%s:${Size}\"}},"
		"\"%sTopic\":{\"Value\":{\"Ref\":\"Topic\"}",
		gap, member->name, member->name, member->name);
	users_add_export(member, out);
	text_add(out, "}}}");
}

bool cast_same_reach(const struct member *a, const struct member *b)
{
	return strcmp(a->region, b->region) == 0 &&
	       strcmp(a->reach->account, b->reach->account) == 0;
}

char *cast_record(const struct member *member)
{
	return stack_key(member->reach->role, member->region, member->stack);
}

char *cast_password(const struct member *member)
{
	return xasprintf(WORLD_SECRET "%s-%u", member->name, member->password);
}

static void add_list(const struct cast *cast, const struct member *member, enum tie tie,
	const char *key, struct text *out)
{
	size_t count = 0;

	for (size_t i = 0; i < member->parent_count; i++)
		if (member->parents[i].tie == tie)
			text_format(out, "%s%s", count++ ? ", " : key,
				cast->members[member->parents[i].member].name);
	if (count)
		text_add(out, tie == TIE_CLUSTER ? "\n" : "]\n");
}

static void add_values(const struct cast *cast, const struct member *member, struct text *out)
{
	text_format(out, "parameters:\n  Size: %u\n", member->size);
	if (member->tone)
		text_format(out, "  Tone: %s\n", cast_tone(member));
	if (member->secret)
		text_format(out, "  Password: {environment: PASSWORD_%s}\n", member->name);
	if (member->listed)
		text_format(out, "  Names: [a%u, b]\n", member->names);
	if (member->fed)
		text_format(out, "  Image: /story/%s\n", member->name);
	for (size_t i = 0; i < member->parent_count; i++)
		if (member->parents[i].tie == TIE_OUTPUT) {
			const char *name = cast->members[member->parents[i].member].name;

			text_format(out, "  From%s: {output: %s.%sTopic}\n", name, name, name);
		}
}

static void add_template(
	const struct cast *cast, const struct member *member, struct world *world, struct text *out)
{
	AUTO(free_text)
	char *path = xasprintf(WORLD_FOLDER "/templates/%s.json", member->name);
	struct text body = {0};

	if (traits_add_url(cast, member, world, out))
		return;
	cast_template(cast, member, &body);
	if (member->inside) {
		text_add(out, "template: |\n  ");
		for (const char *p = text_string(&body); *p; p++) {
			text_add_char(out, *p);
			if (*p == '\n')
				text_add(out, "  ");
		}
		text_add(out, "\n");
	} else {
		text_format(out, "template-file-path: templates/%s.json\n", member->name);
		pairs_set(&world->files, path, text_string(&body));
	}
	text_done(&body);
}

void cast_write(const struct cast *cast, const struct member *member, struct world *world)
{
	AUTO(free_text) char *file = xasprintf("%s.yaml", member->name);
	AUTO(free_text) char *variable = xasprintf("PASSWORD_%s", member->name);
	AUTO(free_text) char *password = cast_password(member);
	struct text out = {0};

	text_format(&out, "kind: %s\n",
		is_service(member)    ? "service"
		: member->has_service ? "cluster"
				      : "stack");
	if (strcmp(member->region, WORLD_REGION) != 0)
		text_format(&out, "region: %s\n", member->region);
	if (strcmp(member->name, member->stack) != 0)
		text_format(&out, "stack-name: %s\n", member->stack);
	if (member->reach->role)
		text_format(&out, "assume-role-arn: %s\n", member->reach->role);
	if (member->reach->external_id)
		text_format(&out, "external-id: %s\n", member->reach->external_id);
	add_list(cast, member, TIE_CLUSTER, "cluster: ", &out);
	add_list(cast, member, TIE_PARENT, "parents: [", &out);
	add_list(cast, member, TIE_ORDER, "depends-on: [", &out);
	if (member->goes)
		text_add(&out, "on-removal: delete\n");
	if (member->suspended)
		text_add(&out, "suspend: the story says so\n");
	keys_write(&member->keys, member->name, world, &out);
	add_values(cast, member, &out);
	add_template(cast, member, world, &out);
	if (member->broken)
		text_add(&out, "paramters: {}\n");
	nest_publish(member, world);
	pairs_set(&world->environment, variable, password);
	if (member->removed)
		pairs_remove(&world->manifests, file);
	else
		pairs_set(&world->manifests, file, text_string(&out));
	text_done(&out);
}
