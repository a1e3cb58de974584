#include "report/table.h"

#include <assert.h>
#include <string.h>

#include "report/harmless.h"

/* A single long name must not push all reasons off the screen. */
enum { ACTION_WIDTH = 7, NAME_WIDTH_LIMIT = 48 };

static const char *const colour_of[] = {
	[STATE_UNKNOWN] = "\x1b[2m",
	[STATE_IN_SYNC] = "\x1b[32m",
	[STATE_CREATE] = "\x1b[36m",
	[STATE_UPDATE] = "\x1b[36m",
	[STATE_RUNNING] = "\x1b[34m",
	[STATE_WAIT] = "\x1b[2m",
	[STATE_HOLD] = "\x1b[33m",
	[STATE_FROZEN] = "\x1b[31m",
	[STATE_DELETE] = "\x1b[35m",
};
static_assert(COUNT(colour_of) == STATE_COUNT, "one colour per state");

/* People edit manifests, so these give the name; the stack's where it is another one. */
static void add_name(const struct overview_row *row, struct text *out)
{
	const char *name = row->manifest ? row->manifest : row->stack;

	harmless_add(out, name ? name : "");
	if (row->stack && *row->stack && strcmp(name, row->stack) != 0) {
		text_add(out, " (");
		harmless_add(out, row->stack);
		text_add_char(out, ')');
	}
}

static void add_cell(const struct text *cell, size_t width, size_t gap, struct text *out)
{
	size_t used = harmless_width(cell);

	text_add(out, text_string(cell));
	text_format(out, "%*s", (int)(gap + (used < width ? width - used : 0)), "");
}

static void add_row(
	const struct overview_row *row, size_t name_width, bool colours, struct text *out)
{
	AUTO_DONE(text_done) struct text action = {0};
	AUTO_DONE(text_done) struct text name = {0};

	harmless_add(&action, row->action ? row->action : "");
	add_name(row, &name);
	text_add(out, "  ");
	if (colours)
		text_add(out, colour_of[row->state]);
	add_cell(&action, ACTION_WIDTH, 2, out);
	if (colours)
		text_add(out, "\x1b[0m");
	if (row->reason && *row->reason) {
		add_cell(&name, name_width, 4, out);
		harmless_add(out, row->reason);
	} else {
		text_add(out, text_string(&name));
	}
	text_add_char(out, '\n');
}

void table_write(const struct overview *overview, bool colours, struct text *out)
{
	AUTO_DONE(text_done) struct text name = {0};
	size_t name_width = 0;

	for (size_t i = 0; i < overview->count; i++) {
		text_clear(&name);
		add_name(&overview->rows[i], &name);
		size_t width = harmless_width(&name);

		if (width > name_width && width <= NAME_WIDTH_LIMIT)
			name_width = width;
	}
	for (size_t i = 0; i < overview->count; i++)
		add_row(&overview->rows[i], name_width, colours, out);
}
