#include "config/hint.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool says(const char *text, const char *part)
{
    return text != NULL && strstr(text, part) != NULL;
}

/* Byte at which the fault's column begins. */
static size_t byte_of(const struct gn_hint_fault *f)
{
    size_t at = 0;

    for (size_t column = 0; column < f->column && at < f->size; column++) {
        at++;
        while (at < f->size && (f->text[at] & 0xc0) == 0x80)
            at++;
    }
    return at;
}

/* The first byte of the value that stands before at on its line: what follows
 * "key: "; NUL: none does. */
static char value_before(const struct gn_hint_fault *f, size_t at)
{
    for (size_t i = 0; i + 1 < at; i++)
        if (f->text[i] == ':' && f->text[i + 1] == ' ') {
            for (i += 2; i < at && f->text[i] == ' '; i++)
                ;
            return (char)(i < at ? f->text[i] : '\0');
        }
    return '\0';
}

typedef void writer(const struct gn_hint_fault *f, size_t at, char hint[160]);

static void quote_it(char first, char hint[160])
{
    snprintf(hint, 160,
             "a value cannot begin with %c; put it in quotes: \"%c...\"", first,
             first);
}

static void strange_character(const struct gn_hint_fault *f, size_t at,
                              char hint[160])
{
    const char c = (char)(at < f->size ? f->text[at] : ' ');

    if (c == '\t')
        snprintf(hint, 160, "a tab cannot indent YAML; use spaces");
    else
        quote_it(c, hint);
}

static void no_key(const struct gn_hint_fault *f, size_t at, char hint[160])
{
    const char first = value_before(f, at);

    if (first == '{' || first == '[')
        snprintf(hint, 160,
                 "the value goes on after its %s; put the whole value in "
                 "quotes: \"%c...\"",
                 first == '{' ? "{...}" : "[...]", first);
    else if (first == '"' || first == '\'')
        snprintf(hint, 160,
                 "the value goes on after its closing quote; write %s",
                 first == '"' ? "a quote inside as \\\""
                              : "a quote inside twice: ''");
    else if (first == '*')
        quote_it(first, hint);
    else if (at < f->size && f->text[at] == '-')
        snprintf(hint, 160,
                 "a list item where a key was expected; indent it below the "
                 "key it belongs to");
    else
        snprintf(hint, 160,
                 "the indentation fits no line above; keys of one mapping "
                 "begin in the same column");
}

static void no_value_here(const struct gn_hint_fault *f, size_t at,
                          char hint[160])
{
    if (value_before(f, at) != '\0')
        snprintf(hint, 160,
                 "the value holds \": \" or ends with \":\"; put it in "
                 "quotes: \"...\"");
    else
        snprintf(hint, 160,
                 "a key cannot begin here: the line above is no key that waits "
                 "for a value; check its colon and the indentation");
}

static void no_name(const struct gn_hint_fault *f, size_t at, char hint[160])
{
    (void)at;
    quote_it(says(f->context, "alias") ? '*' : '&', hint);
}

static void open_quote(const struct gn_hint_fault *f, size_t at, char hint[160])
{
    (void)at;
    snprintf(hint, 160, "the quote opened in line %zu is never closed",
             f->context_line + 1);
}

static void open_bracket(const struct gn_hint_fault *f, size_t at,
                         char hint[160])
{
    const bool list = says(f->problem, "]");

    (void)at;
    snprintf(hint, 160,
             "the %s opened in line %zu is not closed before this; add , or "
             "%s, or quote a value that holds \": \"",
             list ? "[" : "{", f->context_line + 1, list ? "]" : "}");
}

static void no_colon(const struct gn_hint_fault *f, size_t at, char hint[160])
{
    (void)at;
    snprintf(hint, 160,
             "line %zu has no colon and space after its key; write key: value",
             f->context_line + 1);
}

static void anything_else(const struct gn_hint_fault *f, size_t at,
                          char hint[160])
{
    if (at < f->size && strchr("]},-?", f->text[at]) != NULL)
        quote_it(f->text[at], hint);
    else
        snprintf(hint, 160, "not YAML: %.100s", f->problem);
}

/* Parts of libyaml 0.2's messages; the first that fits counts. */
static const struct {
    const char *part;
    writer *write;
    const char *text; /* where there is nothing to write */
} rules[] = {
    {"cannot start any token", strange_character, NULL},
    {"tab character", NULL, "a tab cannot indent YAML; use spaces"},
    {"alphabetic or numeric character", no_name, NULL},
    {"mapping values are not allowed", no_value_here, NULL},
    {"did not find expected key", no_key, NULL},
    {"unexpected end of stream", open_quote, NULL},
    {"',' or", open_bracket, NULL},
    {"could not find expected ':'", no_colon, NULL},
    {"expected '-' indicator", NULL,
     "a key where a list item was expected; begin it with \"- \" or mind the "
     "indentation"},
    {"unknown escape", NULL,
     "a \\ in double quotes begins an escape; write \\\\ or use single "
     "quotes"},
    {"comment or line break", NULL,
     "the text of a | or > value begins on the line below it, indented"},
    {"UTF-8", NULL, "the file is not UTF-8 here; save it as UTF-8"},
    {"control characters", NULL,
     "a control character stands here; remove it, or write it as an escape in "
     "double quotes"},
    {"", anything_else, NULL},
};

void gn_hint(const struct gn_hint_fault *fault, char hint[160])
{
    size_t i = 0;

    while (!says(fault->problem, rules[i].part))
        i++;
    if (rules[i].write != NULL)
        rules[i].write(fault, byte_of(fault), hint);
    else
        snprintf(hint, 160, "%s", rules[i].text);
}
