"""Language tags: RFC 3066 form, with codes that ISO 639 and ISO 3166 really list."""

import re

_TAG = re.compile(r"([A-Za-z]{2,3})((?:-[A-Za-z0-9]{1,8})*)", re.ASCII)
_REGION = re.compile(r"[A-Za-z]{2}", re.ASCII)

LANGUAGES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu
    hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb
    lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om
    or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv
    sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()  # noqa: SIM905
)
"""ISO 639-1."""

REGIONS = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA
    ZM ZW
    """.split()  # noqa: SIM905
)
"""ISO 3166-1 alpha-2, and XK as it is used."""

DEFAULT = "en-US"
"""What an info block without a language is in (section 3.2.2)."""


def is_language(tag: str) -> bool:
    """Return whether a tag names a language, and its region a country.

    Three-letter codes are taken by their form; those for private use (`qaa` to `qtz`) are not.
    """
    match = _TAG.fullmatch(tag)
    if not match:
        return False
    main = match.group(1).lower()
    known = main in LANGUAGES if len(main) == 2 else not "qaa" <= main <= "qtz"
    return known and (not (region := region_of(tag)) or region in REGIONS)


def primary(tag: str) -> str:
    """Return the language itself: `ro` of `ro-RO`."""
    return tag.partition("-")[0].lower()


def region_of(tag: str) -> str:
    """Return the country of a tag in capitals, or an empty string."""
    return next((part.upper() for part in tag.split("-")[1:] if _REGION.fullmatch(part)), "")
