#include "cli/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/outcome.h"
#include "cli/print.h"
#include "cli/storage.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "garner/maintain.h"

enum { TOPIC_WIDTH = 18 };

struct settings {
    struct gn_storage_flags storage;
    bool check;
    bool json;
    bool quiet;
};

/* What was found so far. */
struct report {
    const struct settings *settings;
    struct gn_buf *out;
    struct gn_json json;
    bool color;
    enum garner_grade worst;
};

static const char *const grades[] = {"fine", "warning", "problem"};

static void text(struct gn_json *j, const char *key, const char *value)
{
    gn_json_key(j, key);
    gn_json_text(j, value);
}

static void add_json(struct gn_json *j, const struct garner_finding *f)
{
    gn_json_open(j, '{');
    text(j, "topic", f->topic);
    text(j, "grade", grades[f->grade]);
    text(j, "value", f->value);
    text(j, "advice", f->advice[0] != '\0' ? f->advice : NULL);
    gn_json_close(j, '}');
}

static void add_shown(struct gn_buf *out, const char *shown)
{
    (void)gn_text_show(out, shown, strlen(shown), SIZE_MAX);
}

/* topic  value, and below it what to do. */
static void add_line(const struct report *r, const struct garner_finding *f)
{
    static const char *const marks[] = {" ", "!", "X"};
    static const char *const colors[] = {"", "\033[33m", "\033[31m"};

    if (r->settings->quiet && f->grade == GARNER_FINE)
        return;
    if (r->color)
        gn_buf_text(r->out, colors[f->grade]);
    gn_buf_printf(r->out, "%s %-*s ", marks[f->grade], TOPIC_WIDTH, f->topic);
    add_shown(r->out, f->value);
    if (f->advice[0] != '\0') {
        gn_buf_printf(r->out, "\n  %-*s   ", TOPIC_WIDTH, "");
        add_shown(r->out, f->advice);
    }
    if (r->color && f->grade != GARNER_FINE)
        gn_buf_text(r->out, "\033[0m");
    gn_buf_byte(r->out, '\n');
}

static void tell(void *context, const struct garner_finding *f)
{
    struct report *r = context;

    if (f->grade > r->worst)
        r->worst = f->grade;
    if (r->settings->json)
        add_json(&r->json, f);
    else
        add_line(r, f);
}

static enum garner_code look(const char *url, struct report *r,
                             struct garner_error *err)
{
    const struct settings *s = r->settings;
    const struct garner_options options = gn_storage_options(&s->storage);
    enum garner_code code;

    if (!s->json)
        return garner_doctor(url, &options, s->check, tell, r, err);
    gn_json_init(&r->json, r->out);
    gn_json_open(&r->json, '{');
    text(&r->json, "database", url);
    gn_json_key(&r->json, "findings");
    gn_json_open(&r->json, '[');
    code = garner_doctor(url, &options, s->check, tell, r, err);
    gn_json_close(&r->json, ']');
    text(&r->json, "grade",
         grades[code == GARNER_OK ? r->worst : GARNER_PROBLEM]);
    text(&r->json, "error", code == GARNER_OK ? NULL : err->message);
    gn_json_close(&r->json, '}');
    gn_buf_byte(r->out, '\n');
    return code;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct gn_buf out = {0};
    struct report r = {
        .settings = s,
        .out = &out,
        .color = !s->json && gn_terminal_color(STDOUT_FILENO),
        .worst = GARNER_FINE,
    };
    struct garner_error err = {0};
    const enum garner_code code = look(call->items[0], &r, &err);
    const enum gn_exit printed = gn_print(&out);

    if (code != GARNER_OK)
        return gn_exit_error(&err);
    if (printed != GN_EXIT_OK)
        return printed;
    return r.worst == GARNER_FINE ? GN_EXIT_OK : GN_EXIT_FAILED;
}

static const struct gn_option options[] = {
    {"check", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, check),
     "read all of the database for damage, too", NULL},
    {"json", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, json),
     "print a JSON object", NULL},
    {"quiet", 'q', GN_OPTION_FLAG, NULL, offsetof(struct settings, quiet),
     "print only what is not as it should be", NULL},
    GN_STORAGE_OPTIONS(struct settings),
};

const struct gn_command gn_cmd_doctor = {
    .name = "doctor",
    .operands = "DB",
    .summary = "look for what may harm a store",
    .text =
        "Prints what matters of a database and of the system it is on, a line "
        "each: SQLite's version and its known defects, a second copy of it in "
        "the process, the file system and its free space, how long the log is, "
        "who reads, who writes, who has the turn to write, and the settings "
        "of a connection, read back. Nothing is changed, and it may be asked "
        "while a garner runs. A warning has a ! before it, a problem an X, and "
        "below it is what to do.\n"
        "\n"
        "With --checkpoint external a program that reads all the time, to ship "
        "the log, is no reason for a warning. The exit status is 1 if there is "
        "a warning or a problem.",
    .examples = "garner doctor data.db\n"
                "garner doctor data.db --check --json\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 1,
    .most = 1,
    .run = run,
};
