/* Runs a fuzz target without libFuzzer: over each file of a corpus, or over inputs that are made
 * from it by chance, the same ones each time.
 *
 *	fuzz-manifest FOLDER...
 *	fuzz-manifest --mutate COUNT SEED FOLDER... */
#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/pairs.h"
#include "base/text.h"
#include "target.h"

enum {
	INPUT_LIMIT = 64 * 1024,
	CEILING_S = 10, /* of processor time for one input, with sanitizers on */
};

static size_t current;   /* the input that is running, for those who look for a fault */
static char running[64]; /* the same in words, as a signal's handler can't make them */

static void say_input(void)
{
	if (write(STDERR_FILENO, running, strlen(running)) < 0)
		_exit(EXIT_FAILURE);
}

static void on_signal(int number)
{
	say_input();
	signal(number, SIG_DFL);
	raise(number);
}

/* Of the sanitizers, where they are linked. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static void watch(void)
{
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(say_input);
	signal(SIGABRT, on_signal);
	signal(SIGVTALRM, on_signal); /* it took too long */
}

/* The bytes are copied to just their length, so that reading beyond them is seen. */
static void run(const char *bytes, size_t length)
{
	const struct itimerval ceiling = {.it_value = {.tv_sec = CEILING_S}};
	char *input = length ? malloc(length) : NULL;

	snprintf(running, sizeof(running), "in input %zu\n", current);
	if (input)
		memcpy(input, bytes, length);
	setitimer(ITIMER_VIRTUAL, &ceiling, NULL);
	LLVMFuzzerTestOneInput((const uint8_t *)(input ? input : ""), length);
	free(input);
	current++;
}

/* --- the corpus --- */

struct corpus {
	struct text *files;
	size_t count, size;
};

static struct text read_file(const char *path)
{
	struct text text = {.limit = INPUT_LIMIT};
	FILE *file = fopen(path, "rb");
	char part[4096];
	size_t got;

	CHECK(file);
	while ((got = fread(part, 1, sizeof(part), file)))
		text_add_bytes(&text, part, got);
	fclose(file);
	CHECK(!text.overflow);
	return text;
}

/* Sorted by name: the same inputs everywhere. */
static void read_folder(struct corpus *corpus, const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);

	CHECK(count > 0);
	for (int i = 0; i < count; i++) {
		AUTO(free_text) char *path = xasprintf("%s/%s", folder, entries[i]->d_name);

		struct stat status;

		if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
			GROW(corpus->files, corpus->size, corpus->count + 1);
			corpus->files[corpus->count++] = read_file(path);
		}
		free(entries[i]);
	}
	free(entries);
}

static void corpus_done(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->count; i++)
		text_done(&corpus->files[i]);
	free(corpus->files);
}

/* --- chance --- */

static uint64_t chance; /* splitmix64 */

static uint64_t draw(uint64_t below)
{
	uint64_t z = chance += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return below ? (z ^ z >> 31) % below : 0;
}

/* A run of at most `most` bytes of some file; *length is how many. */
static const char *draw_run(const struct corpus *corpus, size_t most, size_t *length)
{
	const struct text *file = &corpus->files[draw(corpus->count)];
	size_t start = draw(file->length + 1);
	size_t room = file->length - start;

	*length = draw((room < most ? room : most) + 1);
	return text_string(file) + start;
}

static const char *draw_line(const struct corpus *corpus, size_t *length)
{
	const struct text *file = &corpus->files[draw(corpus->count)];
	const char *start = text_string(file) + draw(file->length + 1);

	while (start > text_string(file) && start[-1] != '\n')
		start--;
	const char *end = strchr(start, '\n');

	*length = end ? (size_t)(end + 1 - start) : strlen(start);
	return start;
}

/* --- inputs --- */

static const char *const tokens[] = {"\n", " ", "\t", ":", "-", "{", "}", "[", "]", ",", "\"", "'",
	"#", "&a ", "*a", "!Ref ", "|\n", ">-\n", "%", "@", "@{", "@file://s ", "\\u0000",
	"\\ud800", "\xff", "\xef\xbb\xbf", "<", ">", "&#0;", "<!DOCTYPE a [<!ENTITY b 'c'>]>",
	"]]>", "=", "~", "null", "99999999999999999999", "-1", "0x7fffffff", "1e999", "---\n",
	"...\n", "<<: ", "? "};

/* Puts bytes in place of `removed` ones at an offset. */
static void splice(
	struct text *input, size_t offset, size_t removed, const char *bytes, size_t length)
{
	struct text result = {.limit = INPUT_LIMIT};

	text_add_bytes(&result, text_string(input), offset);
	text_add_bytes(&result, bytes, length);
	text_add_bytes(
		&result, text_string(input) + offset + removed, input->length - offset - removed);
	text_done(input);
	*input = result;
}

static void mutate(struct text *input, const struct corpus *corpus)
{
	size_t offset = draw(input->length + 1);
	size_t removed = draw(input->length - offset + 1);
	size_t length;
	const char *bytes = draw_run(corpus, 200, &length);
	const char *token = tokens[draw(COUNT(tokens))];
	char byte = (char)draw(256);

	switch (draw(7)) {
	case 0:
		splice(input, offset, offset < input->length, &byte, 1);
		break;
	case 1:
		splice(input, offset, removed % 20, "", 0);
		break;
	case 2:
		splice(input, offset, draw(2) ? 0 : removed % 5, token, strlen(token));
		break;
	case 3:
		splice(input, offset, draw(2) ? 0 : removed % 50, bytes, length);
		break;
	case 4:
		bytes = draw_line(corpus, &length);
		splice(input, offset, 0, bytes, length);
		break;
	case 5: /* many times the same */
		for (size_t i = draw(1000); i > 0; i--)
			splice(input, offset, 0, token, strlen(token));
		break;
	default:
		splice(input, offset, removed, "", 0);
		break;
	}
}

/* Every third input is made of the corpus' lines, the others are files with faults. */
static void make(struct text *input, const struct corpus *corpus)
{
	if (draw(3) == 0) {
		for (size_t i = draw(30); i > 0; i--) {
			size_t length;
			const char *line = draw_line(corpus, &length);

			text_add_bytes(input, line, length);
		}
	} else {
		const struct text *file = &corpus->files[draw(corpus->count)];

		text_add_bytes(input, text_string(file), file->length);
	}
	for (size_t i = draw(5); i > 0; i--)
		mutate(input, corpus);
}

int main(int argc, char **argv)
{
	bool mutated = argc > 4 && strcmp(argv[1], "--mutate") == 0;
	size_t count = mutated ? strtoul(argv[2], NULL, 10) : 0;
	AUTO_DONE(corpus_done) struct corpus corpus = {0};

	chance = mutated ? strtoul(argv[3], NULL, 10) : 0;
	for (int i = mutated ? 4 : 1; i < argc; i++)
		read_folder(&corpus, argv[i]);
	CHECK(corpus.count);
	watch();
	for (size_t i = 0; !mutated && i < corpus.count; i++)
		run(text_string(&corpus.files[i]), corpus.files[i].length);
	for (size_t i = 0; i < count; i++) {
		AUTO_DONE(text_done) struct text input = {.limit = INPUT_LIMIT};

		make(&input, &corpus);
		run(text_string(&input), input.length);
	}
	printf("%zu inputs\n", current);
	return EXIT_SUCCESS;
}
