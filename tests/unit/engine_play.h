/* Plays conversations with the engine: which calls it makes, in which order, and what it does with
 * the answers. Time stands still until nothing more is asked, then jumps to the deadline. Whatever
 * a story is about, the player also sees to it that a second tick at the same moment brings
 * nothing, and that no change leaves whose record is not safe. */
#pragma once

#include <stddef.h>

#include "engine/engine.h"

#define APP                                                                                        \
	"parameters: {Version: 42}\ntemplate:\n  Parameters: {Version: {Type: String}}\n"          \
	"  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
#define APP_TEMPLATE                                                                               \
	"{\"Parameters\":{\"Version\":{\"Type\":\"String\"}},"                                     \
	"\"Resources\":{\"Topic\":{\"Type\":\"AWS::SNS::Topic\"}}}"
#define BASE "template: {Resources: {Topic: {Type: AWS::SNS::Topic}}}\n"
#define BASE_TEMPLATE "{\"Resources\":{\"Topic\":{\"Type\":\"AWS::SNS::Topic\"}}}"
#define CHILD "parents: [base]\n" APP

/* The only file beside the manifests: policy.json. */
#define POLICY "{\"Statement\":[]}"

#define SWEEP "DescribeStacks"
#define CREATED                                                                                    \
	{"DescribeStacks id", "stack app CREATE_IN_PROGRESS 00 42"},                               \
		{"DescribeStackEvents", "end CREATE_COMPLETE"},                                    \
	{                                                                                          \
		"DescribeStacks id", "stack app CREATE_COMPLETE 00 42"                             \
	}
#define OLD "stack app CREATE_COMPLETE 00 41"
#define NEW "stack app CREATE_COMPLETE 00 42"
#define APP_ID "arn:aws:cloudformation:eu-west-1:1:stack/app/1"
#define SET_ID "arn:aws:cloudformation:eu-west-1:1:changeSet/x/1"
/* A record: what follows the stack's region and name. */
#define RECORD(name, members)                                                                      \
	"eu-west-1/" name,                                                                         \
		"{\"version\":1,\"region\":\"eu-west-1\",\"name\":\"" name "\"" members "}"

/* A line is a call that must come next, and its answer. Behind the call's name the stack may stand
 * ("CreateStack app"; by its StackId: "DeleteStack id", "DeleteStack id2" for the second one of
 * that name), then whose it is and where the template is, where it is not the usual: "CreateStack
 * app in us-east-1 as deploy from https://a". Words of the answer:
 *   none                  no stack of that name; for a sweep: an empty page
 *   stack NAME STATUS TIME VERSION OPTION...   one with the parameter Version ("-": none);
 *                         several are divided by ";". Options: protected, owner=X, parent=X,
 *                         id=N, since=TIME, Key=Value for an output
 *   template TEXT | policy TEXT | account N | url
 *   ok id [N] | set [N]   of the stack, of the change set
 *   review STATUS EXECUTION REASON
 *   changes ACTION ID TYPE REPLACEMENT [NESTED-SET], ...   one that can be executed;
 *                         "page ..." for all pages but the last
 *   end STATUS | other STATUS   an event with the token of the operation, or with another
 *   lost                  no answer, may have had an effect
 *   throttled | denied | expired | refused | busy | exists | token | set-status | no-set
 *   garbled               a reply that can't be read
 *   account N | uploaded URL | summary NAME...      of these parameters
 *
 * Instead of a call, what else may happen:
 *   pause N               so many minutes go by
 *   out                   a call is out, and has no answer for two minutes
 *   quiet N               likewise, and nothing is asked but DescribeStacks, with this answer
 *   sweeps                so are looks at all stacks answered, until something else is asked
 *   pages                 so are all pages answered, until something else is asked
 *   wall N                the wall clock alone goes by so many minutes (back: -N)
 *   reload                everything is wanted to be looked at
 *   write NAME, TEXT      a manifest comes, or is edited; remove NAME. $MANY in a
 *                         manifest stands for more letters than a request holds
 *   settings              are these lines from now on
 *   folder                is "read", "missing" or "unreadable"
 *   restart [N]           with the memory saved so far; boottime is N ms then. "plan", "once": so
 *   saves                 are "done", "refused", "lost" (never answered, and not made) or "late":
 *                         those so far are made and answered by "some"
 *   VERB STACK WORDS      a command; the answer begins so: "done app: suspended". The digest "this"
 *                         is what waits in the stack
 *   state                 "MANIFEST ACTION: REASON", which the row's must begin with
 *   unfinished            --once and --plan do not end yet
 *   calls N               so many are out now, and have no answer
 *   told                  the last warning began so, and is forgotten
 *   forgotten NAME        there is no record of it */
struct line {
	const char *call, *answer;
};

struct story {
	const char *sentence;
	enum engine_mode mode;
	struct {
		const char *name, *text;
	} manifests[4];
	const char *records[6]; /* key and text */
	struct line lines[48];
	const char *warning; /* the last one begins so; NULL: there is none */
	const char *end; /* "MANIFEST ACTION: REASON" at the end; "...": begins so; NULL: no row */
	const char *settings; /* lines of stackd.conf; NULL: its defaults */
};

/* Each story is a test of its own. The exit status of the program. */
int play_all(const char *theme, const struct story *stories, size_t count);

/* --- engine_answers.c --- */

struct reply answer_to(const struct call *call, const char *words, const char *token);
