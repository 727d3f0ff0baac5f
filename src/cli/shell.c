#include "cli/shell.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/interrupt.h"
#include "cli/select.h"
#include "cli/text.h"

enum {
    STEPS_PER_LOOK = 1000, /* of SQLite's machine: some tens of microseconds */
    WAIT_MS = 5000,        /* for a connection of a database */
};

enum gn_exit gn_shell_fail(const struct gn_shell *s,
                           const struct garner_error *err)
{
    /* SQL is padded so that its own place is the script's */
    if (s->place.line > 0 && strncmp(err->message, "SQL line ", 9) != 0)
        gn_complain("line %zu: %s", s->place.line, err->message);
    else
        gn_complain("%s", err->message);
    return gn_exit_for(err->code);
}

enum gn_exit gn_shell_open(struct gn_shell *s)
{
    struct garner_error err = {0};

    s->words_are_old = true;
    if (gn_specimen_none(&s->page, s->params, &err) != GARNER_OK)
        return gn_exit_error(&err);
    return gn_console_new(NULL, gn_interrupt_mark(), &s->console, &err) ==
                   GARNER_OK
               ? GN_EXIT_OK
               : gn_exit_error(&err);
}

/* The console goes last, for its functions are known to the connection. */
static void leave_database(struct gn_shell *s)
{
    garner_sqlite_give(s->loan);
    garner_close(s->store);
    gn_console_free(s->console);
    s->loan = NULL;
    s->store = NULL;
    s->console = NULL;
}

void gn_shell_close(struct gn_shell *s)
{
    leave_database(s);
    gn_specimen_fini(&s->page);
    gn_words_fini(&s->words);
    gn_buf_fini(&s->last);
}

/* --- taking up ------------------------------------------------------------*/

/* Not of one that is open: closing it again would take away the locks that the
 * process has on it. */
static bool begins_as_one(const char *path)
{
    static const char magic[16] = "SQLite format 3";
    char begin[sizeof magic];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool is = fd >= 0 &&
                    read(fd, begin, sizeof begin) == (ssize_t)sizeof begin &&
                    memcmp(begin, magic, sizeof magic) == 0;

    if (fd >= 0)
        (void)close(fd);
    return is;
}

static bool is_database(const struct gn_shell *s, const char *what)
{
    struct stat found;
    struct stat ours;

    if (strncmp(what, "sqlite:", 7) == 0)
        return true;
    if (stat(what, &found) != 0)
        return false;
    if (S_ISDIR(found.st_mode))
        return true; /* a farm, or what is said of a folder that is none */
    if (stat(gn_console_path(s->console), &ours) == 0 &&
        ours.st_dev == found.st_dev && ours.st_ino == found.st_ino)
        return true;
    return S_ISREG(found.st_mode) && begins_as_one(what);
}

static enum gn_exit take_database(struct gn_shell *s, const char *url)
{
    struct gn_shell fresh = {0};
    struct garner_error err = {0};
    enum garner_code code =
        gn_select_open(url, s->storage, WAIT_MS, &fresh.store, &err);

    if (code == GARNER_OK)
        code =
            garner_sqlite_lend_reader(fresh.store, WAIT_MS, &fresh.loan, &err);
    if (code == GARNER_OK)
        code = gn_console_new(garner_sqlite_db(fresh.loan), gn_interrupt_mark(),
                              &fresh.console, &err);
    if (code != GARNER_OK) {
        leave_database(&fresh);
        return gn_shell_fail(s, &err);
    }
    garner_sqlite_set_progress(fresh.loan, STEPS_PER_LOOK, gn_console_look,
                               fresh.console);
    leave_database(s);
    s->store = fresh.store;
    s->loan = fresh.loan;
    s->console = fresh.console;
    return GN_EXIT_OK;
}

/* A word about what came; of a status that is an error in scripts, too. */
static void tell(const struct gn_shell *s)
{
    const struct gn_one *one = &s->page.answer;

    if (s->person)
        fprintf(stderr, "%s: status %d, %s%s%zu byte%s\n", s->page.name,
                one->status, one->content_type != NULL ? one->content_type : "",
                one->content_type != NULL ? ", " : "", one->body.size,
                gn_text_plural(one->body.size));
    else if (one->status >= 400)
        gn_complain("%s: the server answered with status %d", s->page.name,
                    one->status);
}

static enum gn_exit take_page(struct gn_shell *s, const char *what)
{
    const bool is_url = strstr(what, "://") != NULL;
    struct garner_error err = {0};
    struct gn_specimen fresh;
    enum garner_code code;
    enum gn_exit status;

    if (is_url)
        code = gn_specimen_fetch(&fresh, s->ask, s->params, what,
                                 gn_interrupt_mark(), &err);
    else
        code = gn_specimen_read(&fresh, s->params, what, &err);
    if (code == GARNER_OK) {
        gn_specimen_fini(&s->page);
        s->page = fresh;
        tell(s);
        return GN_EXIT_OK;
    }
    gn_specimen_fini(&fresh);
    status = gn_shell_fail(s, &err);
    if (code == GARNER_NOTFOUND)
        gn_complain("a URL would begin with https:// or http://");
    return code == GARNER_NOTFOUND ? GN_EXIT_USAGE
           : code == GARNER_IO     ? GN_EXIT_FAILED
                                   : status;
}

enum gn_exit gn_shell_take(struct gn_shell *s, const char *what)
{
    atomic_store(gn_interrupt_mark(), false);
    s->words_are_old = true;
    return is_database(s, what) ? take_database(s, what) : take_page(s, what);
}

/* --- running --------------------------------------------------------------*/

/* Rows on their way out. */
struct printing {
    struct gn_output *output;
    bool begun;
    bool failed; /* what is wrong is the output */
};

static enum garner_code note(struct printing *p, enum garner_code code)
{
    p->failed = code != GARNER_OK && code != GARNER_DONE;
    return code;
}

static enum garner_code print_columns(void *context, const char *const *names,
                                      size_t count, struct garner_error *err)
{
    struct printing *p = context;

    p->begun = true;
    return note(p, gn_output_columns(p->output, names, count, err));
}

static enum garner_code print_row(void *context,
                                  const struct garner_value *values,
                                  struct garner_error *err)
{
    struct printing *p = context;

    return note(p, gn_output_row(p->output, values, err));
}

enum gn_exit gn_shell_run_to(struct gn_shell *s, const char *sql,
                             struct gn_output *output)
{
    struct printing p = {.output = output};
    const struct gn_console_calls calls = {&p, print_columns, print_row};
    struct garner_error err = {0};
    struct garner_error ending = {0};
    enum gn_exit status = GN_EXIT_OK;
    enum garner_code code;

    atomic_store(gn_interrupt_mark(), false);
    code = gn_console_run(s->console, sql, &s->page.input, &calls, &err);
    /* What came before an error is shown too. */
    if (!p.failed && p.begun && gn_output_end(output, &ending) != GARNER_OK)
        status = gn_exit_output(&ending);
    if (p.failed)
        return gn_exit_output(&err);
    return code == GARNER_OK ? status : gn_shell_fail(s, &err);
}

enum gn_exit gn_shell_run(struct gn_shell *s, const char *sql)
{
    enum gn_exit status = GN_EXIT_OK;
    struct gn_output *output = gn_select_output(&s->format, false, &status);

    if (output == NULL)
        return status;
    gn_buf_clear(&s->last);
    gn_buf_text(&s->last, sql);
    status = gn_shell_run_to(s, sql, output);
    gn_output_free(output);
    return status;
}

/* --- words ----------------------------------------------------------------*/

static void add(void *context, enum gn_word kind, const char *text, size_t size)
{
    struct gn_words *words = context;
    char small[32];

    if (kind == GN_WORD_KEYWORD && size < sizeof small) {
        memcpy(small, text, size);
        for (size_t i = 0; i < size; i++)
            if (small[i] >= 'A' && small[i] <= 'Z')
                small[i] = (char)(small[i] - 'A' + 'a');
        text = small;
    }
    gn_words_add(words, text, size, kind == GN_WORD_FUNCTION ? "(" : "");
}

bool gn_shell_words(struct gn_shell *s)
{
    if (!s->words_are_old)
        return false;
    s->words_are_old = false;
    gn_words_fini(&s->words);
    /* Without some of them it works, too. */
    (void)gn_console_words(s->console, add, &s->words, NULL);
    for (size_t i = 0; i < s->page.input.count; i++) {
        char name[100];
        const int n =
            snprintf(name, sizeof name, ":%s", s->page.input.params[i].name);

        if (n < (int)sizeof name)
            gn_words_add(&s->words, name, (size_t)n, "");
    }
    return true;
}
