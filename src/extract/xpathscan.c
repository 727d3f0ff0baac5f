#include "extract/xpathscan.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool begins_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static const char *end_of_name(const char *at)
{
    while (begins_name(*at) || is_digit(*at) || *at == '-' || *at == '.')
        at++;
    return at;
}

static const char *skip_space(const char *at)
{
    while (is_space(*at))
        at++;
    return at;
}

static bool is_one_of(const char *name, size_t size, const char *const *words,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == size && memcmp(words[i], name, size) == 0)
            return true;
    return false;
}

static bool is_operator(const char *name, size_t size)
{
    static const char *const words[] = {"and", "or", "div", "mod"};

    return is_one_of(name, size, words, sizeof words / sizeof words[0]);
}

static bool is_node_type(const char *name, size_t size)
{
    static const char *const words[] = {"node", "text", "comment",
                                        "processing-instruction"};

    return is_one_of(name, size, words, sizeof words / sizeof words[0]);
}

/* Where a name ends that may have a prefix; *prefix: how long that is, or 0. */
static const char *end_of_qname(const char *name, size_t *prefix)
{
    const char *end = end_of_name(name);

    *prefix = 0;
    if (end[0] != ':' || end[1] == ':')
        return end;
    *prefix = (size_t)(end - name);
    return end[1] == '*' ? end + 2 : end_of_name(end + 1);
}

/* A name begins here: true if it is a use. */
static bool read_name(struct gn_xpathscan *s, struct gn_xpath_use *use)
{
    const char *name = s->at;
    size_t prefix;
    const char *end = end_of_qname(name, &prefix);
    const size_t size = (size_t)(end - name);
    const char *after = skip_space(end);

    s->at = end;
    if (s->after_operand && is_operator(name, size)) {
        s->after_operand = false;
        return false;
    }
    if (after[0] == ':' && after[1] == ':') { /* an axis */
        s->at = after + 2;
        s->after_operand = false;
        return false;
    }
    s->after_operand = true;
    if (*after == '(' && !is_node_type(name, size)) {
        *use = (struct gn_xpath_use){GN_XPATH_FUNCTION, name, size};
        return true;
    }
    *use = (struct gn_xpath_use){GN_XPATH_PREFIX, name, prefix};
    return prefix > 0;
}

static bool read_variable(struct gn_xpathscan *s, struct gn_xpath_use *use)
{
    const char *name = skip_space(s->at + 1);
    size_t prefix;

    s->at = end_of_qname(name, &prefix);
    s->after_operand = true;
    *use =
        (struct gn_xpath_use){GN_XPATH_VARIABLE, name, (size_t)(s->at - name)};
    return true;
}

static void skip_string(struct gn_xpathscan *s)
{
    const char *end = strchr(s->at + 1, *s->at);

    s->at = end != NULL ? end + 1 : s->at + strlen(s->at);
    s->after_operand = true;
}

/* One sign, or a digit of a number. */
static void skip_sign(struct gn_xpathscan *s)
{
    const char c = *s->at++;

    if (c == '*')
        s->after_operand = !s->after_operand;
    else if (!is_space(c))
        s->after_operand = c == ')' || c == ']' || c == '.' || is_digit(c);
}

bool gn_xpathscan_next(struct gn_xpathscan *s, struct gn_xpath_use *use)
{
    while (*s->at != '\0') {
        if (*s->at == '\'' || *s->at == '"') {
            skip_string(s);
        } else if (*s->at == '$') {
            return read_variable(s, use);
        } else if (begins_name(*s->at)) {
            if (read_name(s, use))
                return true;
        } else {
            skip_sign(s);
        }
    }
    return false;
}
