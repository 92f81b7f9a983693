"""The words of HTML, for terminals."""

import html
import re


def text_of_html(text: str) -> str:
    """The words of an HTML text, without scripts, styles and tags."""
    bare = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->", "", text)
    bare = re.sub(r"(?i)<(br|/p|/div|/tr|/h\d|/li)\b[^>]*>", "\n", bare)
    return html.unescape(re.sub(r"<[^>]+>", "", bare)).strip()
