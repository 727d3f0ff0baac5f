#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/curl_line.h"
#include "cli/outcome.h"
#include "cli/print.h"
#include "config/file.h"
#include "config/load.h"
#include "import/import.h"

enum { MOST_BYTES = 64 << 20 };

struct settings {
    const char *store;
    const char *every;
};

typedef enum garner_code importer(const char *text, size_t size,
                                  const struct gn_import_options *options,
                                  struct gn_draft *draft,
                                  struct garner_error *err);

static const struct {
    const char *name;
    importer *import;
} kinds[] = {{"curl", gn_curl_line_import},
             {"opml", gn_import_opml},
             {"pfetch", gn_import_pfetch},
             {"urlwatch", gn_import_urlwatch}};

static importer *find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].import;
    return NULL;
}

static void tell(const struct gn_buf *notes)
{
    const char *line = gn_buf_cstr(notes);

    while (*line != '\0') {
        const size_t n = strcspn(line, "\n");

        gn_complain("%.*s", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

/* What was made must be a file that garner reads: what is not is told, for the
 * file it came of may have what garner refuses. */
static bool is_good(const struct gn_buf *made)
{
    struct gn_buf problems = {0};
    struct gn_config config;
    struct garner_error err = {0};
    const bool good = gn_config_parse("(made)", gn_buf_cstr(made), made->size,
                                      &config, &problems, &err) == GARNER_OK;

    if (good)
        gn_config_fini(&config);
    else if (problems.size > 0)
        tell(&problems);
    else
        gn_complain("%s", err.message);
    gn_buf_fini(&problems);
    return good;
}

static enum gn_exit write_draft(const struct gn_draft *d, const char *store)
{
    struct gn_buf made = {0};
    enum gn_exit status;
    bool good;

    gn_draft_write(d, store, &made);
    tell(&d->notes);
    good = gn_buf_failed(&made) || is_good(&made);
    status = gn_print(&made);
    return status == GN_EXIT_OK && !good ? GN_EXIT_USAGE : status;
}

static enum gn_exit take_over(const struct settings *s, importer *import,
                              const char *path, const struct gn_buf *text)
{
    const struct gn_import_options options = {s->every != NULL ? s->every
                                                               : "1h"};
    struct garner_error err = {0};
    struct gn_draft draft;
    enum gn_exit status;

    gn_draft_init(&draft, path);
    if (import(gn_buf_cstr(text), text->size, &options, &draft, &err) ==
        GARNER_OK) {
        status = write_draft(&draft, s->store != NULL ? s->store : "garner.db");
    } else {
        tell(&draft.notes);
        gn_complain("%s: %s", path, err.message);
        status = err.code == GARNER_NOMEM ? GN_EXIT_STORE : GN_EXIT_USAGE;
    }
    gn_draft_fini(&draft);
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    importer *import = find(call->items[0]);
    const char *from = call->count > 1 ? call->items[1] : "-";
    const bool is_line = strncmp(from, "curl ", 5) == 0;
    struct gn_buf text = {0};
    struct garner_error err = {0};
    enum gn_exit status;
    enum garner_code code = GARNER_OK;

    if (import == NULL)
        return gn_exit_usage("garner import %.40s: the kinds are curl, opml, "
                             "pfetch and urlwatch",
                             call->items[0]);
    if (is_line)
        gn_buf_text(&text, from);
    else
        code = gn_file_read(strcmp(from, "-") == 0 ? "/dev/stdin" : from,
                            MOST_BYTES, false, &text, &err);
    if (code != GARNER_OK) {
        gn_complain("%s", err.message);
        status = GN_EXIT_USAGE;
    } else {
        status = take_over(s, import,
                           is_line                  ? "curl"
                           : strcmp(from, "-") == 0 ? "(stdin)"
                                                    : from,
                           &text);
    }
    gn_buf_fini(&text);
    return status;
}

static const struct gn_option options[] = {
    {"db", 0, GN_OPTION_FILE, "DATABASE", offsetof(struct settings, store),
     "the store that the file is to name (garner.db)", NULL},
    {"every", 'e', GN_OPTION_TEXT, "TIME", offsetof(struct settings, every),
     "how often to fetch what does not say it itself (1h)", NULL},
};

const struct gn_command gn_cmd_import = {
    .name = "import",
    .operands = "KIND [FILE]",
    .summary = "make a file of sources from another program's",
    .text =
        "Reads FILE, or standard input, and prints a file for 'garner run' "
        "that fetches the same. What has no counterpart is told, with its "
        "line. KIND is one of\n\n"
        "  curl      a curl command, as browsers copy it; FILE may be the\n"
        "            command itself, in quotes. Lists and ranges in its URL,\n"
        "            {a,b} and [1-9], become vars\n"
        "  opml      a feed reader's list of feeds: their entries become rows\n"
        "  pfetch    its urls.xml\n"
        "  urlwatch  its urls.yaml",
    .examples =
        "garner import opml subscriptions.opml > garner.yaml\n"
        "garner import curl \"curl -H 'Accept: text/csv' "
        "https://example.org/prices\" --every 10m\n"
        "garner import urlwatch urls.yaml --db pages.db > garner.yaml\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_WORD,
    .words = "curl opml pfetch urlwatch",
    .least = 1,
    .most = 2,
    .run = run,
};
