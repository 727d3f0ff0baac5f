#include "config/problems.h"

#include <stdio.h>

#include "base/error.h"

void gn_problem_v(struct gn_problems *p, int line, int column,
                  const char *format, va_list args)
{
    char place[32] = "";
    char text[400];
    struct garner_error tidy;

    vsnprintf(text, sizeof text, format, args);
    (void)gn_fail(&tidy, GARNER_INVALID, "%s", text);
    if (line > 0)
        snprintf(place, sizeof place, "%d:%d:", line, column);
    if (p->count++ == 0)
        (void)gn_fail(&p->first, GARNER_INVALID, "%s:%s %s", p->path, place,
                      tidy.message);
    if (p->list != NULL && p->count <= GN_PROBLEMS_SHOWN)
        gn_buf_printf(p->list, "%s:%s %s\n", p->path, place, tidy.message);
}

void gn_problem(struct gn_problems *p, int line, int column, const char *format,
                ...)
{
    va_list args;

    va_start(args, format);
    gn_problem_v(p, line, column, format, args);
    va_end(args);
}

void gn_problem_memory(struct gn_problems *p)
{
    p->count++;
    (void)gn_fail(&p->first, GARNER_NOMEM, "%s: out of memory", p->path);
}

enum garner_code gn_problems_result(struct gn_problems *p,
                                    struct garner_error *err)
{
    if (p->list != NULL && p->count > GN_PROBLEMS_SHOWN)
        gn_buf_printf(p->list, "%s: %zu more problems\n", p->path,
                      p->count - GN_PROBLEMS_SHOWN);
    if (p->list != NULL && gn_buf_failed(p->list))
        gn_problem_memory(p);
    if (p->count > 0 && err != NULL)
        *err = p->first;
    return p->count > 0 ? p->first.code : GARNER_OK;
}
