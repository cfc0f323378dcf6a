"""German and English words for roles, states, kinds of power nodes and directions of the air."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from planner.importers.csv.headings import fold

#: Roles in the words of the inventory, with words or beginnings of words that stand for each.
#: The first that matches wins, so the narrower come first.
_ROLES = (
    ("patch-panel", "patchpanel patchfeld patch lwlpanel rangierfeld spleissbox verteilerfeld"),
    ("cable-management", "kabelfuehrung kabelmanagement rangierpanel cablemanagement"),
    ("blank", "blindpanel blindplatte blende blank leerfeld"),
    ("shelf", "fachboden shelf auszug tablar"),
    ("pdu", "pdu steckdosenleiste steckerleiste stromleiste"),
    ("ups", "usv ups"),
    ("firewall", "firewall utm fw"),
    ("load-balancer", "loadbalancer lastverteiler adc"),
    ("router", "router gateway"),
    ("switch", "switch core access distribution netzwerk sanswitch fcswitch sw"),
    ("tape", "bandlaufwerk tapelibrary tape bandroboter library"),
    ("backup", "backup datensicherung sicherungsserver"),
    ("storage", "storage speicher nas san jbod plattenregal shelfstorage festplatten disk"),
    ("hsm", "hsm"),
    ("kvm", "kvm konsole console"),
    ("appliance", "appliance"),
    (
        "hypervisor",
        "virtualisierung hypervisor esx esxi vmhost vmware proxmox virtualisierungshost",
    ),
    ("server", "server host rechner compute blade srv"),
    ("telephony", "telefon tk tkanlage telefonie voip pbx"),
)


#: Product lines by role, for lists that name models only.
_LINES = {
    "switch": "catalyst nexus aruba procurve icx officeconnect",
    "firewall": "fortigate sonicwall sophos watchguard",
    "server": "poweredge proliant primergy thinksystem superserver",
    "storage": "powervault fas eternus msa synology qnap unity primera nimble",
    "ups": "smartups srt smt",
}


def role_of_model(text: str) -> str | None:
    """Return the role of a model: of a word in it, else of its product line."""
    role = role_of(text)
    if role is not None:
        return role
    words = re.findall(r"[a-z]+", fold(text))
    return next((r for r, lines in _LINES.items() if set(words) & set(lines.split())), None)


def role_of(text: str) -> str | None:
    """Return the role that a word stands for, None where it is unknown."""
    words = re.findall(r"[a-z]+", fold(text))
    joined = "".join(words)
    for role, known in _ROLES:
        for word in known.split():
            plain = word.replace("-", "")
            if joined == plain or plain in words or (len(plain) > 4 and joined.startswith(plain)):
                return role
    for role, known in _ROLES:
        if any(len(w) > 4 and joined.endswith(w.replace("-", "")) for w in known.split()):
            return role
    return None


Standing: TypeAlias = Literal["standing", "planned", "gone"]


_STANDING = (
    "inbetrieb betrieb aktiv active produktiv produktion live online eingebaut installiert ok"
    " vorhanden laufend imeinsatz einsatz genutzt inbenutzung inuse verbaut test staged"
)
_PLANNED = (
    "geplant planned bestellt beantragt ausgeschrieben neu inplanung beschaffung angefordert"
    " vorgesehen zukuenftig inlieferung"
)
_GONE = (
    "ausgemustert abgebaut entsorgt verschrottet ausserbetrieb stillgelegt lager eingelagert"
    " reserve ersatz defekt verkauft decommissioned inventory offline retired ausgebaut"
    " rueckgabe verschrottung"
)


_STATES: dict[Standing, str] = {"standing": _STANDING, "planned": _PLANNED, "gone": _GONE}


def device_state(text: str) -> Standing | None:
    """Return whether a device stands, is planned or is gone; None where the word is unknown."""
    word = "".join(re.findall(r"[a-z0-9]+", fold(text)))
    return next((state for state, words in _STATES.items() if word in words.split()), None)


_RACK_STATES = {
    "active": "inbetrieb aktiv active betrieb belegt produktiv ok",
    "available": "frei verfuegbar available leer",
    "reserved": "reserviert reserved",
    "planned": "geplant planned bestellt neu inplanung",
    "deprecated": "stillgelegt auslaufend deprecated abbau ausserbetrieb abgebaut gesperrt"
    " rueckbau",
}


def rack_state(text: str) -> str | None:
    """Return the rack status a word stands for, None where it is unknown."""
    word = "".join(re.findall(r"[a-z0-9]+", fold(text)))
    return next((key for key, words in _RACK_STATES.items() if word in words.split()), None)


_POWER_KINDS = {
    "feed": "einspeisung feed stromkreis abgang zuleitung rackeinspeisung",
    "panel": "verteiler unterverteilung uv unterverteiler panel verteilung hauptverteilung nshv"
    " uvedv gebaeudeverteilung",
    "ups": "usv ups usvanlage",
    "utility": "netz evu utility stadtwerke hausanschluss netzanschluss stromnetz",
    "transformer": "trafo transformator transformer",
    "generator": "nea netzersatzanlage generator notstrom notstromaggregat diesel aggregat",
}


def power_kind(text: str) -> str | None:
    """Return the kind of power node a word stands for, None where it is unknown."""
    word = "".join(re.findall(r"[a-z0-9]+", fold(text)))
    return next((key for key, words in _POWER_KINDS.items() if word in words.split()), None)


_AIRFLOWS = {
    "front-to-rear": "fronttorear vornenachhinten vornehinten f2b frontback vh fr portseiteabluft",
    "rear-to-front": "reartofront hintennachvorne hintenvorne b2f backfront hv rf",
    "left-to-right": "lefttoright linksnachrechts linksrechts",
    "right-to-left": "righttoleft rechtsnachlinks rechtslinks",
    "side-to-rear": "sidetorear seitenachhinten",
    "passive": "passiv passive keiner ohne",
    "bottom-to-top": "bottomtotop untennachoben",
    "top-to-bottom": "toptobottom obennachunten",
}


def airflow(text: str) -> str | None:
    """Return the direction a phrase stands for, None where it is unknown."""
    word = "".join(re.findall(r"[a-z0-9]+", fold(text)))
    return next((key for key, words in _AIRFLOWS.items() if word in words.split()), None)
