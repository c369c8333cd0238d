/** The menus above the list: how the user is told of messages, and what strangers may send. */

/** @import { Alerts } from "./alerts.js" */
/** @import { StrangerRule } from "../imserver-client.js" */
/** @import { MenuItem } from "./menu.js" */
/** @import { Texts } from "./texts.js" */

/**
 * @param {Texts} texts
 * @param {Alerts} alerts
 * @param {(() => void) | null} strangers leads to the other menu; null where the server knows no rule for strangers
 * @returns {MenuItem[]}
 */
export function settingsItems(texts, alerts, strangers) {
  const { notifications, sound } = alerts.choice;
  /** @type {MenuItem[]} */
  const items = [{ label: texts.soundOn, checked: sound, act: () => alerts.choose({ sound: !sound }) }];
  if (alerts.canNotify) {
    const label = alerts.isDenied ? texts.notificationsDenied : texts.notificationsOn;
    const checked = notifications && !alerts.isDenied;
    items.unshift({ label, checked, act: () => alerts.choose({ notifications: !checked }) });
  }
  if (strangers) items.push({ label: texts.strangersMay, act: strangers });
  return items;
}

/**
 * @param {Texts} texts
 * @param {StrangerRule} rule the user's own
 * @param {(rule: StrangerRule) => void} choose
 * @returns {MenuItem[]}
 */
export function strangerItems(texts, rule, choose) {
  /** @type {StrangerRule[]} */
  const rules = ["open", "quota:1", "closed"];
  if (!rules.includes(rule)) rules.splice(2, 0, rule); // set by another front end
  return rules.map((one) => ({
    label: labelOf(texts, one),
    checked: one === rule,
    isOneOf: true,
    act: () => choose(one),
  }));
}

/**
 * @param {Texts} texts
 * @param {StrangerRule} rule
 */
function labelOf(texts, rule) {
  if (rule === "open") return texts.strangersOpen;
  return rule === "closed" ? texts.strangersClosed : texts.strangersQuota(Number(rule.slice("quota:".length)));
}
