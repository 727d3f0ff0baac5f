#include "cli/dot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/select.h"
#include "cli/writer.h"

struct command {
    const char *name;
    const char
        *argument; /* NULL: takes none; in brackets: it may be left out */
    const char *help;
    enum gn_exit (*run)(struct gn_shell *s, const char *argument);
};

static enum gn_exit put(const char *path, const char *data, size_t size)
{
    struct garner_error err = {0};
    struct gn_buf copy = {0};

    gn_buf_append(&copy, data, size);
    return gn_writer_put(path, &copy, 0666, &err) == GARNER_OK
               ? GN_EXIT_OK
               : gn_exit_output(&err);
}

__attribute__((format(printf, 2, 3))) static enum gn_exit
wrong(const struct gn_shell *s, const char *format, ...)
{
    struct garner_error err;
    char what[200];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    (void)gn_fail(&err, GARNER_INVALID, "%s", what);
    return gn_shell_fail(s, &err);
}

static bool has_page(const struct gn_shell *s)
{
    return s->page.name != NULL;
}

static enum gn_exit no_page(const struct gn_shell *s)
{
    return wrong(s, "nothing was fetched; .open URL does it");
}

static enum gn_exit take(struct gn_shell *s, const char *what)
{
    return gn_shell_take(s, what);
}

static enum gn_exit show_body(struct gn_shell *s, const char *path)
{
    const struct gn_buf *body = &s->page.answer.body;

    return has_page(s)
               ? put(path != NULL ? path : "-", gn_buf_cstr(body), body->size)
               : no_page(s);
}

static enum gn_exit show_headers(struct gn_shell *s, const char *argument)
{
    const struct gn_buf *headers = &s->page.answer.headers;

    (void)argument;
    return has_page(s) ? put("-", gn_buf_cstr(headers), headers->size)
                       : no_page(s);
}

static enum gn_exit show_links(struct gn_shell *s, const char *argument)
{
    (void)argument;
    return has_page(s) ? gn_shell_run(s, "select url, text, rel "
                                         "from links_each(:body, :final_url)")
                       : no_page(s);
}

static enum gn_exit show_tables(struct gn_shell *s, const char *argument)
{
    (void)argument;
    return s->store != NULL
               ? gn_shell_run(s, "select name, type, sql from sqlite_schema "
                                 "where type in ('table', 'view') "
                                 "order by name")
               : wrong(s, "no database is open; .open FILE does it");
}

/* --- formats --------------------------------------------------------------*/

static const struct {
    const char *name;
    struct gn_format_flags flags;
} modes[] = {
    {"table", {.table = true}}, {"csv", {.csv = true}}, {"tsv", {.tsv = true}},
    {"json", {.json = true}},   {"nl", {.nl = true}},   {"raw", {.raw = true}},
};
enum { MODES = sizeof modes / sizeof modes[0] };

static enum gn_exit set_mode(struct gn_shell *s, const char *name)
{
    for (size_t i = 0; i < MODES; i++) {
        if (strcasecmp(modes[i].name, name) == 0) {
            s->format = modes[i].flags;
            return GN_EXIT_OK;
        }
    }
    return wrong(s, ".mode %.40s: choose one of table csv tsv json nl raw",
                 name);
}

/* By the end of the file's name. */
static enum gn_format format_for(const char *path)
{
    const char *end = strrchr(path, '.');
    enum gn_format format = GN_FORMAT_NL;

    if (end != NULL && strcasecmp(end, ".csv") == 0)
        format = GN_FORMAT_CSV;
    else if (end != NULL && strcasecmp(end, ".tsv") == 0)
        format = GN_FORMAT_TSV;
    else if (end != NULL && strcasecmp(end, ".json") == 0)
        format = GN_FORMAT_JSON;
    return format;
}

static enum gn_exit save_to(struct gn_shell *s, const char *path, int fd)
{
    struct garner_error err = {0};
    struct gn_output *output = NULL;
    enum gn_exit status;

    if (gn_output_new(fd, format_for(path), 0, false, &output, &err) !=
        GARNER_OK)
        return gn_shell_fail(s, &err);
    gn_output_name(output, path);
    status = gn_shell_run_to(s, gn_buf_cstr(&s->last), output);
    gn_output_free(output);
    return status;
}

/* What is there, and is no file, has no older rows to lose. */
static enum gn_exit save_into(struct gn_shell *s, const char *path)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    enum gn_exit status;

    if (fd < 0)
        return wrong(s, "%.120s cannot be written: %s", path,
                     strerrordesc_np(errno));
    status = save_to(s, path, fd);
    if (close(fd) != 0 && status == GN_EXIT_OK)
        status = wrong(s, "%.120s cannot be written: %s", path,
                       strerrordesc_np(errno));
    return status;
}

static enum gn_exit save(struct gn_shell *s, const char *path)
{
    struct gn_newfile file;
    struct garner_error err = {0};
    enum gn_exit status;
    struct stat st;

    if (s->last.size == 0)
        return wrong(s,
                     ".save %.100s: there are no rows yet; run a SELECT "
                     "first",
                     path);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return save_into(s, path);
    if (gn_outfile_begin(&file, path, &err) != GARNER_OK)
        return wrong(s, "%s", err.message);
    status = save_to(s, path, file.fd);
    if (status == GN_EXIT_OK && gn_newfile_keep(&file, &err) != GARNER_OK)
        status = gn_shell_fail(s, &err);
    gn_newfile_end(&file);
    return status;
}

/* --- all of them ----------------------------------------------------------*/

static enum gn_exit help(struct gn_shell *s, const char *argument);

static const struct command commands[] = {
    {".open", "WHAT", "fetch a URL, or take a file or a database", take},
    {".body", "[FILE]", "print the body, or write it to FILE", show_body},
    {".headers", NULL, "print the headers of the answer", show_headers},
    {".links", NULL, "print where the page leads to", show_links},
    {".tables", NULL, "print the tables of the database", show_tables},
    {".save", "FILE",
     "write the rows of the last statement, which is run once more, to FILE:\n"
     "                  CSV, TSV or JSON by its name, else a JSON object a "
     "line",
     save},
    {".mode", "MODE", "print rows as table, csv, tsv, json, nl or raw",
     set_mode},
    {".help", NULL, "print this", help},
    {".quit", NULL, "leave, as Ctrl-D does", NULL},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static enum gn_exit help(struct gn_shell *s, const char *argument)
{
    struct gn_buf text = {0};
    enum gn_exit status;

    (void)s;
    (void)argument;
    gn_buf_text(&text,
                "A statement ends with ; and may take several lines. Ctrl-C "
                "ends it.\n"
                "Tab completes names. docs/sql.md has the functions.\n\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        const struct command *c = &commands[i];
        char head[20];

        snprintf(head, sizeof head, "%s %s", c->name,
                 c->argument != NULL ? c->argument : "");
        gn_buf_printf(&text, "  %-15s %s\n", head, c->help);
    }
    status = put("-", gn_buf_cstr(&text), text.size);
    gn_buf_fini(&text);
    return status;
}

static enum gn_exit run(struct gn_shell *s, const struct command *c,
                        const char *argument)
{
    if (c->argument == NULL && argument != NULL)
        return wrong(s, "%s takes nothing behind it", c->name);
    if (c->argument != NULL && c->argument[0] != '[' && argument == NULL)
        return wrong(s, "say %s %s", c->name, c->argument);
    return c->run != NULL ? c->run(s, argument) : GN_EXIT_OK;
}

enum gn_exit gn_dot(struct gn_shell *s, const char *line, bool *leave)
{
    const size_t size = strcspn(line, " \t");
    const char *rest = line + size + strspn(line + size, " \t");
    size_t rest_size = strlen(rest);
    enum gn_exit status = GN_EXIT_OK;
    char *argument;

    while (rest_size > 0 && strchr(" \t\r;", rest[rest_size - 1]) != NULL)
        rest_size--;
    for (size_t i = 0; i < COMMANDS; i++) {
        const struct command *c = &commands[i];

        if (strlen(c->name) != size || memcmp(c->name, line, size) != 0)
            continue;
        argument = rest_size > 0 ? gn_memdup(rest, rest_size) : NULL;
        status = run(s, c, argument);
        *leave = c->run == NULL && argument == NULL;
        gn_free(argument);
        return status;
    }
    return wrong(s, "there is no %.40s; .help says what there is", line);
}

void gn_dot_words(struct gn_words *words)
{
    for (size_t i = 0; i < COMMANDS; i++)
        gn_words_add(words, commands[i].name, strlen(commands[i].name),
                     commands[i].argument != NULL ? " " : "");
}
