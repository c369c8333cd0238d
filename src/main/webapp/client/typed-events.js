/** An EventTarget whose events are known by name. */

/**
 * Dispatches CustomEvents, whose details are the properties of Events.
 * @template {object} Events
 */
export class TypedEventTarget extends EventTarget {
  /**
   * @template {keyof Events} K
   * @overload
   * @param {K} type
   * @param {((event: CustomEvent<Events[K]>) => void) | null} listener
   * @param {boolean | AddEventListenerOptions} [options]
   * @returns {void}
   */
  /**
   * @overload
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} listener
   * @param {boolean | AddEventListenerOptions} [options]
   * @returns {void}
   */
  /**
   * @param {string} type
   * @param {any} listener
   * @param {boolean | AddEventListenerOptions} [options]
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
    this.listenedTo(type);
  }

  /**
   * @template {keyof Events} K
   * @overload
   * @param {K} type
   * @param {((event: CustomEvent<Events[K]>) => void) | null} listener
   * @param {boolean | EventListenerOptions} [options]
   * @returns {void}
   */
  /**
   * @overload
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} listener
   * @param {boolean | EventListenerOptions} [options]
   * @returns {void}
   */
  /**
   * @param {string} type
   * @param {any} listener
   * @param {boolean | EventListenerOptions} [options]
   */
  removeEventListener(type, listener, options) {
    super.removeEventListener(type, listener, options);
  }

  /**
   * Somebody listens to events of this type from now on.
   * @param {string} type
   * @protected
   */
  listenedTo(type) {
    void type;
  }
}
