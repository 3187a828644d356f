"""Hungarian (magyar nyelv); nouns stay singular after a number."""

from tocsin.warn.words.language import AllClear, Form, Language, Officer


def plural(_count: int) -> Form:
    """Return `many`: after a number there is one form only."""
    return "many"


HUNGARIAN = Language(
    tag="hu-HU",
    plural=plural,
    minutes={"many": "{n} perc"},
    minutes_within={"many": "{n} perc"},
    within="{last}en belül",
    between="{first} és {last} között",
    exercise="GYAKORLAT (kitalált adatok). ",
    update="Frissítés. ",
    drone="lehetséges DRÓN",
    drones={"many": "{n} lehetséges DRÓN"},
    headline={
        "PREPARE": "Felkészülés: {drones}, {zone}",
        "WARN": "Figyelmeztetés: {drones}, {zone}. MENJEN ÉPÜLETBE",
        "LAST_CALL": "Riasztás: {drones}, {zone}. AZONNAL VONULJON ÓVÓHELYRE",
    },
    source="Forrás: {source}.",
    hazard="Veszély: {drones}; törmelék hullhat vagy robbanás történhet.",
    location="Hely: {zone}.",
    location_place="Hely: {zone}, különösen {place} környéke.",
    guidance={
        "PREPARE": (
            "Teendő: csak a készenléti szolgálatoknak szól, nem a lakosságnak. Ellenőrizzék a "
            "riasztóeszközöket, és győződjenek meg arról, hogy a jóváhagyó személy elérhető."
        ),
        "WARN": (
            "Teendő: MENJEN ÉPÜLETBE vagy óvóhelyre, és maradjon távol az ablakoktól és a külső "
            "falaktól. Ha törmeléket lát, ne nyúljon hozzá, és hívja a 112-t."
        ),
        "LAST_CALL": (
            "Teendő: AZONNAL VONULJON ÓVÓHELYRE vagy egy épület belsejébe, távol az ablakoktól és "
            "a külső falaktól. Ha nincs hová mennie, FEKÜDJÖN a földre. Ha törmeléket lát, ne "
            "nyúljon hozzá, és hívja a 112-t."
        ),
    },
    arrival="Idő: az áthaladás {span} lehetséges az üzenettől számítva.",
    arrival_unknown="Idő: az áthaladás ideje nem becsülhető meg.",
    valid="Érvényes {minutes}ig; a veszély tovább is tarthat.",
    all_clear=AllClear(
        headline="Riasztás vége: a DRÓN miatti figyelmeztetés véget ért, {zone}",
        hazard="Veszély: a DRÓN miatti figyelmeztetés véget ért.",
        known="Amit tudunk: {facts}.",
        left={"many": "{n} drón a megfigyelés szerint elhagyta a térséget"},
        explained={"many": "{n} eset tisztázódott"},
        decided="a figyelmeztetést a felelős személy megszüntette",
        guidance={
            "PREPARE": (
                "Teendő: csak a készenléti szolgálatoknak szól, nem a lakosságnak. Fejezzék be a "
                "felkészülést erre a figyelmeztetésre. Ha törmeléket látnak, ne nyúljanak "
                "hozzá, és hívják a 112-t."
            ),
            "WARN": (
                "Teendő: elhagyhatja az óvóhelyet. NE ÉRINTSEN MEG törmeléket vagy ismeretlen "
                "tárgyat, mert felrobbanhat. Menjen távolabb, és hívja a 112-t."
            ),
            "LAST_CALL": (
                "Teendő: elhagyhatja az óvóhelyet. NE ÉRINTSEN MEG törmeléket vagy ismeretlen "
                "tárgyat, mert felrobbanhat. Menjen távolabb, és hívja a 112-t."
            ),
        },
        time="Idő: ettől az üzenettől kezdve. Új veszély esetén ismét figyelmeztetjük.",
    ),
    officer=Officer(
        kinds={
            "drone_prob": "drón",
            "slow_aircraft_prob": "lassú légi jármű",
            "jet_prob": "sugárhajtású repülőgép",
            "bird_prob": "madár",
            "other_prob": "valami más",
        },
        track="{id}. objektum, valószínűleg {kind} ({kind_prob}), hiteles transzponder nélkül",
        lost=" (a kapcsolat megszakadt, becsült helyzet)",
        passes=(
            ": {prob}-os eséllyel {within} alatt {radius_km:g} km-nél közelebb halad el ehhez a "
            "helyhez: {place}"
        ),
        whole=" (az egész zónára {prob})",
        arrives="; ha igen, {span}",
        no_arrival="; hogy mikor, nem mondható meg",
        crosses=". A határ átlépésének esélye {prob}",
        crosses_when=", {span}",
        inside=". Már a határon belül van",
        at_border=". A határnál van",
        reach=(
            ". Utoljára {ago}cel ezelőtt látták; azóta legfeljebb {radius_km} km-re lehet onnan, "
            "ebben a körzetben {people} ember él"
        ),
        may_be=". Lehet, hogy ugyanaz, mint ez: {id}. objektum ({prob})",
        thousands=" ",
    ),
)
