#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "config/savepath.h"
#include "import/import.h"
#include "import/xml.h"

enum { MOST_ARGS = 64 };

static char *get(const xmlNode *node, const char *name)
{
    return gn_xml_get(node, (const char *const[]){name, NULL});
}

static const xmlNode *child(const xmlNode *node, const char *name)
{
    for (const xmlNode *n = node->children; n != NULL; n = n->next)
        if (gn_xml_is(n, name))
            return n;
    return NULL;
}

/* --- rules about the body ------------------------------------------------- */

static size_t count(const xmlNode *url, const char *name)
{
    size_t n = 0;

    for (const xmlNode *c = url->children; c != NULL; c = c->next)
        n += gn_xml_is(c, name);
    return n;
}

/* Several rules become one expression: each matches somewhere, or any does. */
static void add_rules(struct gn_draft *d, const xmlNode *url, const char *name,
                      const char *key, bool all)
{
    const size_t rules = count(url, name);
    struct gn_buf regex = {0};

    if (rules == 0)
        return;
    if (rules > 1 && all)
        gn_buf_text(&regex, "\\A");
    for (const xmlNode *c = url->children; c != NULL; c = c->next) {
        char *rule = gn_xml_is(c, name) ? (char *)xmlNodeGetContent(c) : NULL;

        if (rule == NULL)
            continue;
        if (rules == 1)
            gn_buf_text(&regex, rule);
        else if (all)
            gn_buf_printf(&regex, "(?=[\\s\\S]*?(?:%s))", rule);
        else
            gn_buf_printf(&regex, "%s(?:%s)", regex.size > 0 ? "|" : "", rule);
        xmlFree(rule);
    }
    gn_draft_text(d, 3, key, gn_buf_cstr(&regex));
    d->out->failed = d->out->failed || gn_buf_failed(&regex);
    gn_buf_fini(&regex);
}

/* --- the command ---------------------------------------------------------- */

static void add_command(struct gn_draft *d, const xmlNode *command,
                        const char *url, const char *file)
{
    char *args[MOST_ARGS];
    size_t n = 0;

    args[n++] = get(command, "path");
    for (const xmlNode *c = command->children; c != NULL; c = c->next)
        if (gn_xml_is(c, "arg") && n < MOST_ARGS)
            args[n++] = (char *)xmlNodeGetContent(c);
    if (args[0] == NULL) {
        gn_draft_note(d, xmlGetLineNo(command),
                      "command has no path, and is left out");
    } else {
        gn_draft_open(d, 2, "hooks");
        gn_draft_open(d, 3, "change");
        gn_draft_list(d, 4, "run", (const char *const *)args, n);
        gn_draft_open(d, 4, "env");
        gn_draft_text(d, 5, "PFETCH_URL", url);
        if (file != NULL)
            gn_draft_text(d, 5, "PFETCH_FILE", file);
    }
    for (size_t i = 0; i < n; i++)
        xmlFree(args[i]);
}

/* --- alerts --------------------------------------------------------------- */

static void add_alert(struct gn_draft *d, const xmlNode *url)
{
    char *to[MOST_ARGS];
    size_t n = 0;

    for (const xmlNode *c = url->children; c != NULL && n < MOST_ARGS;
         c = c->next) {
        if (!gn_xml_is(c, "onerror"))
            continue;
        to[n] = get(c, "notify");
        n += to[n] != NULL;
    }
    if (n > 0) {
        gn_draft_open(d, 2, "alert");
        gn_draft_list(d, 3, "to", (const char *const *)to, n);
        gn_draft_text(d, 3, "repeat", "1h"); /* as pfetch does */
    }
    for (size_t i = 0; i < n; i++)
        xmlFree(to[i]);
}

/* pfetch tells a service that is gone: what is to be run now is for people to
 * say. */
static void add_notifiers(struct gn_draft *d, const xmlNode *list)
{
    gn_draft_head(d);
    gn_draft_open(d, 0, "notify");
    for (const xmlNode *n = list->children; n != NULL; n = n->next) {
        char *name = gn_xml_is(n, "notifier") ? get(n, "name") : NULL;

        if (name == NULL)
            continue;
        gn_draft_list(d, 1, name,
                      (const char *const[]){"logger", "-t", "garner"}, 3);
        gn_draft_note(d, xmlGetLineNo(n),
                      "notifier %.100s writes to the system's log now; change "
                      "its command, or name a webhook",
                      name);
        xmlFree(name);
    }
}

/* --- the file ------------------------------------------------------------ */

/* A path is a pattern here. NULL: none, or one that cannot be taken over. */
static char *get_file(struct gn_draft *d, const xmlNode *url)
{
    char *file = get(url, "output");
    struct garner_error why;

    if (file == NULL || (strchr(file, '{') == NULL &&
                         gn_savepath_check(file, &why) == GARNER_OK))
        return file;
    gn_draft_note(d, xmlGetLineNo(url),
                  "output %.100s is left out, for it has \"..\", \"{\" or the "
                  "like; write another under body: save",
                  file);
    xmlFree(file);
    return NULL;
}

/* --- a URL ---------------------------------------------------------------- */

static void add_url(struct gn_draft *d, const xmlNode *url, const char *every)
{
    const xmlNode *command = child(url, "command");
    char *href = get(url, "href");
    char *file = get_file(d, url);
    char *freq = get(url, "freq");
    char schedule[32];

    if (href == NULL) {
        gn_draft_note(d, xmlGetLineNo(url), "url has no href, and is left out");
    } else {
        gn_draft_source(d, NULL, href);
        snprintf(schedule, sizeof schedule, "%lds",
                 freq != NULL ? strtol(freq, NULL, 10) : 0);
        gn_draft_text(d, 2, "schedule",
                      freq != NULL && schedule[0] != '0' ? schedule : every);
        if (file != NULL) {
            gn_draft_open(d, 2, "body");
            gn_draft_text(d, 3, "save", file);
        }
        if (count(url, "mustmatch") + count(url, "mustnotmatch") > 0)
            gn_draft_open(d, 2, "expect");
        add_rules(d, url, "mustmatch", "match", true);
        add_rules(d, url, "mustnotmatch", "not_match", false);
        add_alert(d, url);
        if (command != NULL)
            add_command(d, command, href, file);
    }
    xmlFree(href);
    xmlFree(file);
    xmlFree(freq);
}

enum garner_code gn_import_pfetch(const char *text, size_t size,
                                  const struct gn_import_options *options,
                                  struct gn_draft *d, struct garner_error *err)
{
    xmlDoc *doc;
    const enum garner_code code = gn_xml_read(text, size, "urls", &doc, err);
    const xmlNode *root;

    if (code != GARNER_OK)
        return code;
    root = xmlDocGetRootElement(doc);
    if (child(root, "notifiers") != NULL)
        add_notifiers(d, child(root, "notifiers"));
    for (const xmlNode *n = root->children; n != NULL; n = n->next)
        if (gn_xml_is(n, "url"))
            add_url(d, n, options->every);
    xmlFreeDoc(doc);
    if (gn_draft_failed(d))
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    return d->sources > 0 ? GARNER_OK
                          : gn_fail(err, GARNER_INVALID,
                                    "1: there is no <url href=...> in it");
}
