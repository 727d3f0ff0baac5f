#include "extract/cssxpath.h"

#include <stddef.h>
#include <string.h>

#include "extract/csslex.h"

void gn_cssxpath_literal(struct gn_buf *out, const char *text)
{
    const char *s = text;
    const char *end = s + strlen(s);

    if (strchr(s, '\'') == NULL) {
        gn_buf_printf(out, "'%s'", s);
    } else if (strchr(s, '"') == NULL) {
        gn_buf_printf(out, "\"%s\"", s);
    } else {
        gn_buf_text(out, "concat(");
        while (s < end) {
            const char quote = *s == '\'' ? '"' : '\'';
            const size_t size = strcspn(s, quote == '"' ? "\"" : "'");

            gn_buf_byte(out, quote);
            gn_buf_append(out, s, size);
            gn_buf_byte(out, quote);
            s += size;
            gn_buf_text(out, s < end ? "," : ")");
        }
    }
}

bool gn_cssxpath_is_name(const char *name)
{
    if (!gn_csslex_is_letter(name[0]) && name[0] != '_')
        return false;
    for (size_t i = 0; name[i] != '\0'; i++)
        if ((unsigned char)name[i] >= 0x80 || !gn_csslex_is_name(name[i]))
            return false;
    return true;
}

void gn_cssxpath_match(struct gn_buf *out, const char *name, const char *how,
                       const char *value)
{
    if (gn_cssxpath_is_name(name) && (how[0] == '?' || strcmp(how, "=") == 0)) {
        gn_buf_printf(out, "@%s%s", name, how[0] == '?' ? "" : "=");
        if (how[0] != '?')
            gn_cssxpath_literal(out, value);
        return;
    }
    gn_buf_text(out, "gn-attr(");
    gn_cssxpath_literal(out, name);
    gn_buf_printf(out, ",'%s',", how);
    gn_cssxpath_literal(out, value);
    gn_buf_byte(out, ')');
}

void gn_cssxpath_nth(struct gn_buf *out, const char *place, int a, int b)
{
    if (a == 0)
        gn_buf_printf(out, "%s=%d", place, b);
    else
        gn_buf_printf(out, "%s%s%d and (%s - %d) mod %d = 0", place,
                      a > 0 ? ">=" : "<=", b, place, b, a);
}

static const struct {
    const char *name;
    const char *condition;
} simple_classes[] = {
    {"root", "not(parent::*)"},
    {"scope", "gn-scope()"},
    {"target", "false()"}, /* it is that of a URL's fragment */
    {"empty", "not(* or text())"},
    {"first-child", "gn-nth()=1"},
    {"last-child", "gn-nth-last()=1"},
    {"only-child", "gn-nth()=1 and gn-nth-last()=1"},
    {"first-of-type", "gn-nth-of-type()=1"},
    {"last-of-type", "gn-nth-last-of-type()=1"},
    {"only-of-type", "gn-nth-of-type()=1 and gn-nth-last-of-type()=1"},
    {"link", "@href and (self::a or self::area)"},
    {"any-link", "@href and (self::a or self::area)"},
    {"checked", "(@checked and self::input and (@type='checkbox' or "
                "@type='radio') or @selected and self::option)"},
    {"disabled", "@disabled and (self::button or self::input or self::select "
                 "or self::textarea or self::option or self::optgroup or "
                 "self::fieldset)"},
    {"enabled", "not(@disabled) and (self::button or self::input or "
                "self::select or self::textarea or self::option or "
                "self::optgroup or self::fieldset)"},
};

static const struct {
    const char *name;
    const char *place;
} nth_classes[] = {
    {"nth-child", "gn-nth()"},
    {"nth-last-child", "gn-nth-last()"},
    {"nth-of-type", "gn-nth-of-type()"},
    {"nth-last-of-type", "gn-nth-last-of-type()"},
};

const char *gn_cssxpath_class(const char *name)
{
    for (size_t i = 0; i < sizeof simple_classes / sizeof simple_classes[0];
         i++)
        if (strcmp(name, simple_classes[i].name) == 0)
            return simple_classes[i].condition;
    return NULL;
}

const char *gn_cssxpath_place(const char *name)
{
    for (size_t i = 0; i < sizeof nth_classes / sizeof nth_classes[0]; i++)
        if (strcmp(name, nth_classes[i].name) == 0)
            return nth_classes[i].place;
    return NULL;
}
