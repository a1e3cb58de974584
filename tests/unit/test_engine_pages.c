/* Conversations with a service whose pages find no end: what was not read to its end is not taken
 * for read, and nobody waits for it for ever. */
#include "engine_play.h"

#define SET                                                                                        \
	{SWEEP, OLD}, {"ListChangeSets id", "ok"},                                                 \
	{                                                                                          \
		"CreateChangeSet id", "set"                                                        \
	}

static const struct story stories[] = {
	{"a change set without an end is held, for nobody knows what it does", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{SET, {"DescribeChangeSet", "page Modify Topic AWS::SNS::Topic False"},
			{"pages", "page Modify Topic AWS::SNS::Topic False"}, {"quiet 30", OLD}},
		"held: can't see what would change in all the rest of it",
		"app hold: can't see what would change in all the rest of it; approve with..."},
	{"a sweep without an end is over some time, and stacks are asked for one by one",
		ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, "page"}, {"pages", "page"}, {"DescribeStacks app", "none"},
			{"CreateStack app", "id"}},
		NULL, "app create: not in eu-west-1 yet"},
	{"a list of change sets without an end is over some time", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "page"}, {"pages", "page"},
			{"DescribeStacks id", OLD}, {"CreateChangeSet id", "set"}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"events without an end are over some time", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "id"},
			{"DescribeStacks id", NEW}, {"DescribeStackEvents", "page"},
			{"pages", "page"}, {"DescribeStacks id", NEW}},
		NULL, "app create: not in eu-west-1 yet"},
};

int main(void)
{
	return play_all("engine_pages", stories, COUNT(stories));
}
