#include "cli/edit.h"

#include <histedit.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/terminal.h"
#include "cli/typed.h"

struct gn_edit {
    const struct gn_words *words; /* borrowed */
    EditLine *el;
    History *past;
    HistEvent event; /* what the last call on past gave */
    char *history;   /* path; NULL: nothing is kept */
    const char *prompt;
    bool canceled;
    char *line;
};

static struct gn_edit *of(EditLine *el)
{
    void *e = NULL;

    (void)el_get(el, EL_CLIENTDATA, &e);
    return e;
}

static char *tell_prompt(EditLine *el)
{
    return (char *)of(el)->prompt;
}

/* Ctrl-C: as if the line ended here, but it is thrown away. Typed, so that the
 * cursor goes below it. */
static unsigned char cancel(EditLine *el, int key)
{
    (void)key;
    of(el)->canceled = true;
    el_push(el, "\n");
    return CC_NORM;
}

/* Ctrl-Z; libedit has a handler that sets the terminal right, and back. */
static unsigned char stop(EditLine *el, int key)
{
    (void)el;
    (void)key;
    (void)raise(SIGTSTP);
    return CC_REDISPLAY;
}

static FILE *screen(EditLine *el)
{
    FILE *out = stdout;

    (void)el_get(el, EL_GETFP, 1, &out);
    return out;
}

/* Shows all that was found below the line, which is written anew then. */
static void show(EditLine *el, const struct gn_words_found *found)
{
    FILE *out = screen(el);
    size_t columns;
    size_t rows;
    size_t width = 0;
    size_t used = 0;

    gn_terminal_size(fileno(out), &columns, &rows);
    for (size_t i = 0; i < found->count; i++)
        if (strlen(found->items[i]) > width)
            width = strlen(found->items[i]);
    fputc('\n', out);
    for (size_t i = 0; i < found->count && i < rows * 10; i++) {
        if (used > 0 && used + width > columns) {
            fputc('\n', out);
            used = 0;
        }
        fprintf(out, "%-*s  ", (int)width, found->items[i]);
        used += width + 2;
    }
    fputc('\n', out);
}

/* In capitals, if that is how the word was begun. */
static bool insert(EditLine *el, const char *begun, size_t size,
                   const char *rest, size_t rest_size)
{
    char *text = gn_memdup(rest, rest_size);
    bool capitals = size > 0;
    bool done;

    for (size_t i = 0; i < size; i++)
        capitals = capitals && (begun[i] < 'a' || begun[i] > 'z') &&
                   begun[i] != ':' && begun[i] != '.';
    for (size_t i = 0; capitals && text != NULL && i < rest_size; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (char)(text[i] - 'a' + 'A');
    done = text != NULL && el_insertstr(el, text) == 0;
    gn_free(text);
    return done;
}

/* Tab */
static unsigned char complete(EditLine *el, int key)
{
    const LineInfo *line = el_line(el);
    const size_t size = (size_t)(line->cursor - line->buffer);
    const struct gn_words_found found =
        gn_words_find(of(el)->words, line->buffer, size);

    (void)key;
    if (found.count == 0)
        return CC_REFRESH_BEEP;
    if (found.common > found.prefix)
        return insert(el, line->cursor - found.prefix, found.prefix,
                      found.items[0] + found.prefix,
                      found.common - found.prefix)
                   ? CC_REFRESH
                   : CC_ERROR;
    if (found.count == 1)
        return CC_REFRESH_BEEP;
    show(el, &found);
    return CC_REDISPLAY;
}

static enum garner_code remember(struct gn_edit *e, struct garner_error *err)
{
    struct gn_buf lines = {0};
    enum garner_code code = gn_typed_load(e->history, &lines, err);
    const char *at = gn_buf_cstr(&lines);

    while (*at != '\0') {
        const size_t size = strcspn(at, "\n");
        char *line = gn_memdup(at, size);

        if (line != NULL)
            (void)history(e->past, &e->event, H_ENTER, line);
        gn_free(line);
        at += size + (at[size] == '\n' ? 1 : 0);
    }
    gn_buf_fini(&lines);
    return code;
}

static void bind_keys(EditLine *el)
{
    (void)el_set(el, EL_EDITOR, "emacs");
    (void)el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
    (void)el_source(el, NULL);
    /* Wide, so that it takes the names as they are: else it copies them, and
     * frees no copy */
    (void)el_wset(el, EL_ADDFN, L"garner-cancel", L"throw the line away",
                  cancel);
    (void)el_wset(el, EL_ADDFN, L"garner-complete", L"complete a word",
                  complete);
    (void)el_wset(el, EL_ADDFN, L"garner-stop", L"stop the program", stop);
    (void)el_set(el, EL_BIND, "^C", "garner-cancel", NULL);
    (void)el_set(el, EL_BIND, "^I", "garner-complete", NULL);
    (void)el_set(el, EL_BIND, "^Z", "garner-stop", NULL);
    /* While a line is edited Ctrl-C is a key, and no signal; with it goes what
     * Ctrl-Z is otherwise. */
    (void)el_set(el, EL_SETTY, "-d", "-isig", NULL);
}

/* false: no memory. */
static bool start(struct gn_edit *e)
{
    e->el = el_init("garner", stdin, isatty(STDOUT_FILENO) ? stdout : stderr,
                    stderr);
    e->past = history_init();
    if (e->el == NULL || e->past == NULL)
        return false;
    (void)history(e->past, &e->event, H_SETSIZE, GN_TYPED_MOST);
    (void)history(e->past, &e->event, H_SETUNIQUE, 1);
    (void)el_set(e->el, EL_CLIENTDATA, e);
    (void)el_set(e->el, EL_HIST, history, e->past);
    (void)el_set(e->el, EL_PROMPT, tell_prompt);
    (void)el_set(e->el, EL_SIGNAL, 1);
    e->prompt = "";
    bind_keys(e->el);
    return true;
}

enum garner_code gn_edit_new(const struct gn_words *words, const char *history,
                             struct gn_edit **out, struct garner_error *err)
{
    struct gn_edit *e = gn_alloc(sizeof *e);
    enum garner_code code = GARNER_OK;

    *out = e;
    if (e != NULL)
        e->words = words;
    if (e == NULL || !start(e)) {
        gn_edit_free(e);
        *out = NULL;
        return gn_fail(err, GARNER_NOMEM, "no memory to edit lines");
    }
    e->history = history != NULL ? gn_strdup(history) : NULL;
    if (e->history != NULL)
        code = remember(e, err);
    if (code != GARNER_OK) {
        gn_free(e->history);
        e->history = NULL;
    }
    return code;
}

void gn_edit_free(struct gn_edit *e)
{
    if (e == NULL)
        return;
    if (e->el != NULL)
        el_end(e->el);
    if (e->past != NULL)
        history_end(e->past);
    gn_free(e->history);
    gn_free(e->line);
    gn_free(e);
}

static enum garner_code keep(struct gn_edit *e, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    if (e->line[0] == '\0' || e->line[0] == ' ')
        return GARNER_OK;
    (void)history(e->past, &e->event, H_ENTER, e->line);
    if (e->history != NULL)
        code = gn_typed_add(e->history, e->line, err);
    if (code != GARNER_OK) {
        gn_free(e->history);
        e->history = NULL;
    }
    return code;
}

enum garner_code gn_edit_line(struct gn_edit *e, const char *prompt,
                              const char **line, struct garner_error *err)
{
    const char *typed;
    int size = 0;

    e->prompt = prompt;
    e->canceled = false;
    /* Before the prompt is there, so that what is typed at it is keys. */
    (void)el_set(e->el, EL_PREP_TERM, 1);
    typed = el_gets(e->el, &size);
    if (e->canceled)
        return gn_fail(err, GARNER_CANCELED, "the line was thrown away");
    if (typed == NULL || size <= 0)
        return GARNER_DONE;
    gn_free(e->line);
    e->line = gn_memdup(typed, strcspn(typed, "\r\n"));
    *line = e->line;
    return e->line != NULL ? keep(e, err)
                           : gn_fail(err, GARNER_NOMEM, "no memory for a line");
}
