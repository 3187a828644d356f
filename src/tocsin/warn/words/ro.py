"""Romanian (limba română); s and t carry a comma below, never a cedilla."""

from tocsin.warn.words.language import AllClear, Form, Language, Officer


def plural(count: int) -> Form:
    """Return `one` for 1, `few` for 0 and 2 to 19, `many` from 20 on, where `de` follows.

    101 to 119, 201 to 219 and so on are `few` again (CLDR; Gramatica limbii române).
    """
    if count == 1:
        return "one"
    return "few" if count == 0 or 1 <= count % 100 <= 19 else "many"


_MINUTES: dict[Form, str] = {"one": "{n} minut", "few": "{n} minute", "many": "{n} de minute"}

ROMANIAN = Language(
    tag="ro-RO",
    plural=plural,
    minutes=_MINUTES,
    minutes_within=_MINUTES,
    within="în cel mult {last}",
    between="în {first} până la {last}",
    exercise="EXERCIȚIU (date inventate). ",
    update="Actualizare. ",
    drone="posibilă DRONĂ",
    drones={
        "one": "{n} posibilă DRONĂ",
        "few": "{n} posibile DRONE",
        "many": "{n} de posibile DRONE",
    },
    headline={
        "PREPARE": "Pregătire: {drones}, {zone}",
        "WARN": "Avertizare: {drones}, {zone}. INTRAȚI ÎNTR-O CLĂDIRE",
        "LAST_CALL": "Alarmă: {drones}, {zone}. ADĂPOSTIȚI-VĂ ACUM",
    },
    source="Sursa: {source}.",
    hazard="Pericol: {drones}; pot cădea resturi, cu risc de explozie.",
    location="Loc: {zone}.",
    location_place="Loc: {zone}, mai ales lângă {place}.",
    guidance={
        "PREPARE": (
            "Ce faceți: mesaj numai pentru serviciile de intervenție, nu pentru public. "
            "Verificați mijloacele de alarmare și asigurați-vă că persoana care aprobă poate fi "
            "contactată."
        ),
        "WARN": (
            "Ce faceți: INTRAȚI ÎNTR-O CLĂDIRE solidă sau într-un adăpost și stați departe de "
            "ferestre și de pereții exteriori. Dacă vedeți resturi, nu le atingeți și sunați la "
            "112."
        ),
        "LAST_CALL": (
            "Ce faceți: ADĂPOSTIȚI-VĂ ACUM la subsol, în adăpost sau în interiorul clădirii, "
            "departe de ferestre și de pereții exteriori. Dacă nu aveți unde intra, CULCAȚI-VĂ la "
            "pământ. Dacă vedeți resturi, nu le atingeți și sunați la 112."
        ),
    },
    arrival="Timp: trecere posibilă {span} de la acest mesaj.",
    arrival_unknown="Timp: momentul trecerii nu se poate estima.",
    valid="Valabil {minutes}; pericolul poate dura mai mult.",
    all_clear=AllClear(
        headline="Încetarea alarmei: avertizarea de DRONĂ s-a încheiat, {zone}",
        hazard="Pericol: avertizarea de DRONĂ s-a încheiat.",
        known="Ce se știe: {facts}.",
        left={
            "one": "{n} dronă a fost văzută părăsind zona",
            "few": "{n} drone au fost văzute părăsind zona",
            "many": "{n} de drone au fost văzute părăsind zona",
        },
        explained={
            "one": "{n} caz a fost lămurit",
            "few": "{n} cazuri au fost lămurite",
            "many": "{n} de cazuri au fost lămurite",
        },
        decided="persoana responsabilă a încheiat avertizarea",
        guidance={
            "PREPARE": (
                "Ce faceți: mesaj numai pentru serviciile de intervenție, nu pentru public. "
                "Încheiați pregătirea pentru această avertizare. Dacă vedeți resturi, nu le "
                "atingeți și sunați la 112."
            ),
            "WARN": (
                "Ce faceți: puteți ieși din adăpost. NU ATINGEȚI resturi sau obiecte necunoscute, "
                "pot exploda. Îndepărtați-vă și sunați la 112."
            ),
            "LAST_CALL": (
                "Ce faceți: puteți ieși din adăpost. NU ATINGEȚI resturi sau obiecte necunoscute, "
                "pot exploda. Îndepărtați-vă și sunați la 112."
            ),
        },
        time="Timp: de la acest mesaj. Dacă apare un nou pericol, veți fi avertizați din nou.",
    ),
    officer=Officer(
        kinds={
            "drone_prob": "dronă",
            "slow_aircraft_prob": "aeronavă lentă",
            "jet_prob": "avion cu reacție",
            "bird_prob": "pasăre",
            "other_prob": "altceva",
        },
        track="Ținta {id}, probabil {kind} ({kind_prob}), fără transponder credibil",
        lost=" (contact pierdut, poziție estimată)",
        passes=(
            ": probabilitate de {prob} să treacă la mai puțin de {radius_km:g} km de {place} "
            "în {within}"
        ),
        whole=" ({prob} pentru toată zona)",
        arrives="; dacă trece, {span}",
        no_arrival="; momentul nu se poate estima",
        crosses=". Probabilitate de {prob} să treacă frontiera",
        crosses_when=", {span}",
        inside=". Este deja dincoace de frontieră",
        at_border=". Este la frontieră",
        reach=(
            ". Văzută ultima dată acum {ago}; între timp poate fi la cel mult {radius_km} km de "
            "acolo, într-o zonă cu o populație de {people}"
        ),
        may_be=". Poate fi aceeași cu ținta {id} ({prob})",
        thousands=".",
    ),
)
