#include "config/next.h"

#include <string.h>

#include "config/scope.h"

void gn_next_read(struct gn_problems *p, const struct gn_node *node,
                  void *scope)
{
    struct gn_scope *s = scope;
    const char *text = gn_walk_text(p, node);

    if (text == NULL)
        return;
    if (strcmp(text, "link") == 0) {
        s->source->next.link = true;
        return;
    }
    if (strchr(text, ' ') == NULL && strchr(text, '\n') == NULL) {
        gn_walk_problem(p, node,
                        "next: \"%.40s\" is neither link nor SQL; write link, "
                        "or a select whose first column is the next page's URL",
                        text);
        return;
    }
    s->source->next.sql = gn_scope_copy(p, s, text);
    s->source->next.line = node->line + (node->block ? 1 : 0);
}

void gn_next_pages(struct gn_problems *p, const struct gn_node *node,
                   void *scope)
{
    struct gn_scope *s = scope;

    (void)gn_walk_integer(p, node, 1, GN_PAGES_MOST, &s->source->next.most);
}

/* What its rows say that is about an answer as a whole. */
static void check_rows(struct gn_problems *p, const struct gn_node *node,
                       const struct gn_source *source)
{
    for (size_t i = 0; i < source->row_spec_count; i++) {
        const struct gn_rows_spec *rows = &source->rows[i];

        if (gn_config_takes_away(rows->conflict))
            gn_walk_problem(p, node,
                            "next: each page is stored by itself, and conflict "
                            "of table %.60s would take away the rows of the "
                            "one before; take another",
                            rows->table);
        else if (rows->expect != NULL && rows->expect->max_drop >= 0)
            gn_walk_problem(p, node,
                            "next: the last page may have few rows, so that "
                            "max_drop of table %.60s says nothing; remove it",
                            rows->table);
    }
}

void gn_next_check(struct gn_problems *p, const struct gn_node *node,
                   struct gn_source *source)
{
    if (!gn_config_has_next(source)) {
        if (source->next.most > 0)
            gn_walk_problem(p, node,
                            "pages goes with next, which says where they are; "
                            "write next: link, or a select");
        return;
    }
    if (source->next.most == 0)
        source->next.most = GN_PAGES_USUAL;
    check_rows(p, node, source);
    for (size_t i = 0; i < source->var_count; i++)
        if (strcmp(source->vars[i].name, GN_PAGE) == 0)
            gn_walk_problem(p, node,
                            "next: the SQL has the page's number as :page; "
                            "give the variable of that name another one");
    if (source->crawl != NULL || gn_config_has_list(source))
        gn_walk_problem(p, node,
                        "next: the pages of one URL follow one another; with "
                        "crawl or urls there are many, remove one of them");
    if (source->save.path != NULL)
        gn_walk_problem(p, node,
                        "next: all pages would go to the file of body: save; "
                        "remove one of them");
    if (source->obeys_robots)
        gn_walk_problem(p, node,
                        "next: what robots.txt says is not looked at for each "
                        "page yet; write robots: ignore, or remove next");
}
