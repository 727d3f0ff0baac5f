#include "cli/help.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 79, FLAG_COLUMN = 27 };

static size_t word_size(const char *text, const char *end)
{
    const char *space = memchr(text, ' ', (size_t)(end - text));

    return (size_t)((space != NULL ? space : end) - text);
}

/* Appends text, wrapped at WIDTH with indent spaces before its further lines;
 * column is where the cursor stands. */
static void wrap(struct gn_buf *out, const char *text, size_t size,
                 size_t column, size_t indent)
{
    const char *end = text + size;

    while (text < end) {
        const size_t n = word_size(text, end);

        if (column + n > WIDTH && column > indent) {
            gn_buf_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        }
        gn_buf_append(out, text, n);
        column += n;
        text += n;
        if (text < end) {
            text++;
            if (column + 1 + word_size(text, end) <= WIDTH) {
                gn_buf_byte(out, ' ');
                column++;
            } else if (text < end) {
                gn_buf_printf(out, "\n%*s", (int)indent, "");
                column = indent;
            }
        }
    }
    gn_buf_byte(out, '\n');
}

/* Calls each for every line of text, of which size bytes count. */
static void for_lines(const char *text, struct gn_buf *out,
                      void (*each)(struct gn_buf *out, const char *line,
                                   size_t size))
{
    while (text != NULL && *text != '\0') {
        const size_t n = strcspn(text, "\n");

        each(out, text, n);
        text += n + (text[n] == '\n');
    }
}

static void plain_line(struct gn_buf *out, const char *line, size_t size)
{
    if (line[0] != ' ') {
        wrap(out, line, size, 0, 0);
        return;
    }
    gn_buf_append(out, line, size);
    gn_buf_byte(out, '\n');
}

static void example_line(struct gn_buf *out, const char *line, size_t size)
{
    gn_buf_printf(out, "  %.*s\n", (int)size, line);
}

static void plain_option(struct gn_buf *out, const struct gn_option *o)
{
    char flag[80];
    struct gn_buf help = {0};
    int n = 0;

    n += snprintf(flag, sizeof flag, o->letter != 0 ? "  -%c, " : "      ",
                  o->letter);
    n +=
        snprintf(flag + n, sizeof flag - (size_t)n, "--%s%s%s", o->name,
                 o->value != NULL ? " " : "", o->value != NULL ? o->value : "");
    gn_buf_text(out, flag);
    if (n + 2 > FLAG_COLUMN) {
        gn_buf_printf(out, "\n%*s", FLAG_COLUMN, "");
    } else {
        gn_buf_printf(out, "%*s", FLAG_COLUMN - n, "");
    }
    gn_buf_text(&help, o->help);
    if (o->env != NULL)
        gn_buf_printf(&help, " [%s]", o->env);
    wrap(out, gn_buf_cstr(&help), help.size, FLAG_COLUMN, FLAG_COLUMN);
    out->failed = out->failed || gn_buf_failed(&help);
    gn_buf_fini(&help);
}

void gn_help_program(const struct gn_program *program, struct gn_buf *out)
{
    gn_buf_text(out,
                "garner fetches from the web on a schedule and stores every "
                "result in a\ndatabase that any thread and any process may "
                "write, losing nothing.\n\nUsage: garner COMMAND ...\n\n");
    for (size_t i = 0; i < program->count; i++)
        gn_buf_printf(out, "  %-12s%s\n", program->commands[i]->name,
                      program->commands[i]->summary);
    gn_buf_text(out,
                "\nFirst steps:\n"
                "  garner run https://example.org/x.json --every 1s --db "
                "data.db\n"
                "  garner query data.db \"select * from garner_log\"\n\n"
                "'garner COMMAND --help' says more; so does 'man garner'.\n");
}

void gn_help_command(const struct gn_command *c, struct gn_buf *out)
{
    gn_buf_printf(out, "garner %s - %s\n\nUsage: garner %s%s%s%s\n\n", c->name,
                  c->summary, c->name, c->option_count > 0 ? " [FLAG...]" : "",
                  c->operands[0] != '\0' ? " " : "", c->operands);
    for_lines(c->text, out, plain_line);
    gn_buf_text(out, "\nFlags:\n");
    for (size_t i = 0; i < c->option_count; i++)
        plain_option(out, &c->options[i]);
    gn_buf_printf(out, "  -h, %-*s%s\n", FLAG_COLUMN - 6, "--help",
                  "show this");
    gn_buf_text(out, "\nExamples:\n");
    for_lines(c->examples, out, example_line);
}

/* Appends text for roff: backslashes, hyphens and quotes mean themselves, and
 * a dot at the start of a line is no request. */
static void roff(struct gn_buf *out, const char *text, size_t size)
{
    if (size > 0 && (text[0] == '.' || text[0] == '\''))
        gn_buf_text(out, "\\&");
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\\')
            gn_buf_text(out, "\\e");
        else if (text[i] == '-')
            gn_buf_text(out, "\\-");
        else if (text[i] == '\'')
            gn_buf_text(out, "\\(aq");
        else if (text[i] == '~')
            gn_buf_text(out, "\\(ti");
        else if (text[i] == '^')
            gn_buf_text(out, "\\(ha");
        else
            gn_buf_byte(out, text[i]);
    }
}

static void roff_text(struct gn_buf *out, const char *text)
{
    roff(out, text, strlen(text));
}

static void roff_line(struct gn_buf *out, const char *line, size_t size)
{
    if (size == 0) {
        gn_buf_text(out, ".PP\n");
        return;
    }
    if (line[0] == ' ')
        gn_buf_text(out, ".br\n\\&");
    roff(out, line, size);
    gn_buf_byte(out, '\n');
}

static void roff_example(struct gn_buf *out, const char *line, size_t size)
{
    roff(out, line, size);
    gn_buf_byte(out, '\n');
}

static void roff_option(struct gn_buf *out, const struct gn_option *o)
{
    gn_buf_text(out, ".TP\n");
    if (o->letter != 0)
        gn_buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
    gn_buf_text(out, "\\fB\\-\\-");
    roff_text(out, o->name);
    gn_buf_text(out, "\\fR");
    if (o->value != NULL) {
        gn_buf_text(out, " \\fI");
        roff_text(out, o->value);
        gn_buf_text(out, "\\fR");
    }
    gn_buf_byte(out, '\n');
    roff_text(out, o->help);
    gn_buf_text(out, ".\n");
    if (o->env != NULL)
        gn_buf_printf(out, "Taken from \\fB%s\\fR when it is not given.\n",
                      o->env);
}

static void roff_command(struct gn_buf *out, const struct gn_command *c)
{
    gn_buf_text(out, ".SS \"garner ");
    roff_text(out, c->name);
    if (c->option_count > 0)
        gn_buf_text(out, " [FLAG...]");
    gn_buf_byte(out, ' ');
    roff_text(out, c->operands);
    gn_buf_text(out, "\"\n");
    for_lines(c->text, out, roff_line);
    for (size_t i = 0; i < c->option_count; i++)
        roff_option(out, &c->options[i]);
    gn_buf_text(out, ".PP\nFor example:\n.PP\n.RS 4\n.nf\n");
    for_lines(c->examples, out, roff_example);
    gn_buf_text(out, ".fi\n.RE\n");
}

static const char man_head[] =
    ".TH GARNER 1 \"\" \"garner " GN_VERSION "\" \"User Commands\"\n"
    ".SH NAME\n"
    "garner \\- fetch from the web on a schedule and store every result\n"
    ".SH SYNOPSIS\n"
    ".B garner\n"
    "\\fICOMMAND\\fR [\\fIFLAG\\fR...] [\\fIOPERAND\\fR...]\n"
    ".SH DESCRIPTION\n"
    "garner fetches from the web on a schedule, turns what it gets into rows\n"
    "with SQL, and stores it in an SQLite database that any thread and any\n"
    "process may write and read at the same time.\n"
    "Every fetch leaves a row in the table \\fBgarner_run\\fR, failed ones\n"
    "with their error, and its body in \\fBgarner_body\\fR; the view\n"
    "\\fBgarner_log\\fR joins them for reading.\n"
    ".PP\n"
    "Long flags are written in full; \\fB\\-\\-flag=value\\fR and\n"
    "\\fB\\-\\-flag value\\fR are the same; \\fB\\-\\-\\fR ends the flags.\n"
    "Durations are written 900ms, 5s, 1.5h, 30d; sizes 64KiB, 10MB, 4GiB.\n"
    ".SH COMMANDS\n";

static const char man_tail[] =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nAll went well; of a \\fBrun\\fR that was ended by a signal, "
    "the\n"
    "last fetch of each source.\n"
    ".TP\n.B 1\nA fetch failed (of a \\fBrun\\fR that was ended by a signal, "
    "the\n"
    "last one of some source), or a statement did.\n"
    ".TP\n.B 2\nThe command line, a file or the SQL in it is wrong.\n"
    ".TP\n.B 3\nThe store cannot be used.\n"
    ".TP\n.B 4\nAs 1, but nothing worse than answers that were not as "
    "expected\n"
    "(\\fBexpect\\fR in the file).\n"
    ".TP\n.B 5\n\\fBstatus\\fR: the last good run of a source is older than\n"
    "its \\fBmax_age\\fR.\n"
    ".TP\n.B 22\n\\fBget \\-\\-fail\\fR: HTTP status 400 and up.\n"
    ".TP\n.B 124\nA deadline passed.\n"
    ".TP\n.B 130\nInterrupted before all was done.\n"
    ".SH SIGNALS\n"
    "SIGINT (Ctrl\\-C) or SIGTERM ends \\fBrun\\fR: what is being fetched is\n"
    "finished and stored, then it ends.\n"
    "A second one cancels what is being fetched, a third ends at once; what\n"
    "was stored stays in every case.\n"
    "SIGHUP has a \\fBrun\\fR with a file read that again, as \\fBreload\\fR\n"
    "does; where standard error is a terminal (which is closed then), or\n"
    "there is no file, it ends it.\n"
    "SIGUSR1 writes a line that says how the run is doing.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B GARNER_CONFIG\nThe file of \\fB\\-\\-config\\fR.\n"
    ".TP\n.B GARNER_STORE\nThe store of \\fB\\-\\-db\\fR.\n"
    ".TP\n.B XDG_STATE_HOME\nWhere \\fBshell\\fR keeps what was typed.\n"
    ".TP\n.B NO_COLOR\nWhen not empty, nothing is coloured.\n"
    ".TP\n.BR http_proxy \", \" https_proxy \", \" all_proxy \", \" no_proxy\n"
    "Proxies, as for curl(1).\n"
    ".SH SEE ALSO\n"
    ".BR garner.yaml (5),\n.BR curl (1),\n.BR sqlite3 (1)\n";

void gn_help_man(const struct gn_program *program, struct gn_buf *out)
{
    gn_buf_text(out, man_head);
    for (size_t i = 0; i < program->count; i++)
        roff_command(out, program->commands[i]);
    gn_buf_text(out, man_tail);
}
